"""The example of two clocks: what must be alike is, what differs is told. The one of RLlib: it trains, exports, and tells."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gridbench.policies import make_policy
from gridbench.scenario.catalogue import load_scenario

EXAMPLES = Path(__file__).parents[2] / "examples"
PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def clocks(tmp_path_factory):
    """The example of two clocks as a module, two hours of it, and its folder."""
    spec = importlib.util.spec_from_file_location("06_distributed_scada", EXAMPLES / "06_distributed_scada.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    out = tmp_path_factory.mktemp("clocks")
    return module, module.main(["--steps", "2", "--out", str(out)]), out


def test_without_delays_both_modes_and_both_places_of_the_policy_walk_the_same_bits(clocks):
    _, runs, _ = clocks
    step = runs["step mode"]
    for name in ("no delays, from outside", "no delays, from inside"):
        assert runs[name].end == step.end
        assert runs[name].cost_usd == pytest.approx(step.cost_usd, rel=1e-12)  # the money's sums differ, their terms do not
        assert runs[name].asked_mw.tolist() == step.asked_mw.tolist()


def test_scada_timing_makes_a_gap_that_is_finite_and_small(clocks):
    _, runs, _ = clocks
    for name in ("SCADA, from outside", "SCADA, from inside"):
        assert runs[name].end != runs["step mode"].end
        assert 0 < abs(runs[name].total_usd / runs["step mode"].total_usd - 1) < 0.1


def test_setpoints_arrive_within_the_ticks_on_their_way(clocks):
    module, runs, _ = clocks
    at_h, _ = module.asked(runs["SCADA, from outside"].timeline)
    late_s = 3600 * at_h[at_h > 0.5] - 3600
    assert late_s.size == 1
    assert 0 < late_s[0] < 60 * 1.5 + 1.5 + 0.5
    inside, _ = module.asked(runs["SCADA, from inside"].timeline)
    assert inside.size > 50  # it decides anew every minute, on a state that has moved


def test_the_clocks_are_told_and_drawn(clocks, capsys):
    module, runs, out = clocks
    module.show(runs, 100.0)
    printed = capsys.readouterr().out
    assert len(re.findall(r"[+-]\d+\.\d\d usd [+-]\d+\.\d\d %", printed)) == 2 * len(runs)
    assert re.search(r"^MG1.storage +7\d{3} +7\d{3} +7\d{3} +0\.300 ", printed, flags=re.MULTILINE)
    assert (out / "06_distributed_scada.png").read_bytes()[:4] == PNG


def test_a_policy_that_shares_what_it_sees_plays_from_outside_alone(clocks):
    module, _, _ = clocks
    runs = module.play(load_scenario("ieee34_ieee13"), "rule", 12, 1)
    assert list(runs) == ["step mode", "no delays, from outside", "SCADA, from outside"]
    assert runs["step mode"].end == runs["no delays, from outside"].end


@pytest.mark.skipif(
    not all(importlib.util.find_spec(one) for one in ("torch", "ray")), reason="needs the extra `rl` (torch and ray)"
)
def test_rllib_trains_exports_and_tells(tmp_path):
    command = [sys.executable, str(EXAMPLES / "05_mappo_rllib.py"), "--test", "--out", str(tmp_path)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=240).stdout  # noqa: S603
    rows = np.loadtxt(tmp_path / "05_mappo_rllib.csv", delimiter=",", skiprows=1)
    assert rows[:, 0].tolist() == [1.0, 2.0]
    assert np.isfinite(rows).all()
    assert (tmp_path / "05_mappo_rllib.png").read_bytes()[:4] == PNG
    policy = make_policy(tmp_path / "05_mappo_rllib", load_scenario("ieee34_ieee13"))
    assert policy.parameters > 0
    costs = {row.split("  ")[0]: [float(one) for one in re.findall(r"\d+\.\d+", row)[:4]] for row in printed.splitlines()[4:]}
    for name in ("idle", "trained here", "baselines/mappo"):
        assert all(cost >= bound for cost, bound in zip(costs[name], costs["bound"], strict=True))
