"""The examples of a microgrid, a price and a device run as they stand, and what they print is so."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from gridbench.contracts import ContractError, sound
from gridbench.oracle.certify import Replay, idle_asks
from gridbench.scenario.catalogue import load_scenario

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ("01_single_microgrid", "03_price_coordination", "04_custom_device")


def module_of(name):
    """The example as a module, known by its name so that its dataclasses find themselves."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="module")
def play(tmp_path_factory):
    """A function that runs an example, once for each list of options: what main returned, what it printed, and its figure."""
    done = {}

    def run(name, *options):
        if (name, options) not in done:
            out, printed = tmp_path_factory.mktemp(name), io.StringIO()
            with contextlib.redirect_stdout(printed):
                returned = module_of(name).main([*options, "--out", str(out)])
            done[name, options] = returned, printed.getvalue(), out / f"{name}.png"
        return done[name, options]

    return run


def rows_of(printed, heading):
    """The rows below the heading of a printed table: the words that begin each, and its numbers."""
    lines = printed.split(heading)[1].splitlines()[1:]
    found = [re.fullmatch(r"([a-z ]*?)((?: +-?[0-9.]+)+)", line) for line in lines]
    return [(row[1], [float(number) for number in row[2].split()]) for row in found if row]


@pytest.mark.parametrize("name", NAMES)
def test_figure_is_written(play, name):
    assert play(name)[2].read_bytes().startswith(b"\x89PNG")
    assert play(name)[2].stat().st_size > 20_000


@pytest.mark.parametrize("options", [(), ("--day", "122")], ids=["default", "other day"])
@pytest.mark.parametrize("name", ["01_single_microgrid", "04_custom_device"])
def test_no_policy_is_below_the_bound_and_the_oracle_reaches_its_witness(play, name, options):
    (best, days), printed, _ = play(name, *options)
    assert best.bound_usd <= min(day.cost_usd for day in days.values())
    assert best.witness_usd <= min(day.cost_usd for key, day in days.items() if key != "oracle")
    assert days["oracle"].cost_usd == pytest.approx(best.witness_usd, rel=1e-9)
    rows = rows_of(printed, "policy")
    assert [policy for policy, _ in rows] == list(days)
    for policy, (cost_usd, above, *_) in rows:
        assert cost_usd == pytest.approx(days[policy].cost_usd, abs=0.006)
        assert above == pytest.approx(100.0 * (days[policy].cost_usd / best.bound_usd - 1.0), abs=0.006)
        assert above >= 0.0


def test_at_rest_is_what_the_oracle_calls_at_rest(play):
    best, days = play("01_single_microgrid")[0]
    scenario = module_of("01_single_microgrid").Microgrid(split="test").scenario
    rest = Replay(scenario, scenario.window("test", best.day)).cost_usd(idle_asks(scenario))
    assert days["at rest"].cost_usd == pytest.approx(rest, rel=1e-12)
    assert not days["at rest"].seen["gen_mw"].any()
    assert set(days["at rest"].seen["ess_mwh"].round(9)) == {2.5}


def test_time_of_use_saves_money_breaks_nothing_and_returns_the_energy(play):
    days = play("01_single_microgrid")[0][1]
    assert days["time of use"].cost_usd < days["at rest"].cost_usd
    assert days["time of use"].violations == 0 < days["at rest"].violations
    assert days["time of use"].seen["ess_mwh"][-1] >= 2.5


def test_reward_is_all_money_and_safety_that_of_the_agent():
    env = module_of("01_single_microgrid").Microgrid(split="test")
    env.reset(options={"day": 210})
    safety = 0.0
    while env.agents:
        _, rewards, _, _, infos = env.step({"MG1": env.action_space("MG1").low})
        assert rewards["MG1"] == -env.grids["MG1"].cost == pytest.approx(-infos["MG1"]["cost_usd"], abs=1e-9)
        assert infos["MG1"]["safety"] == env.grids["MG1"].safety
        safety += infos["MG1"]["safety"]
    assert safety > 0.0


def test_the_dearer_the_price_the_more_is_given(play):
    (diesel, storage), _ = play("03_price_coordination")[0]
    assert (np.diff(diesel) >= 0.0).all()
    assert (np.diff(storage) >= 0.0).all()
    assert diesel[0] == 0.0 < diesel[-1]
    assert storage[0] < 0.0 < storage[-1]
    rows = rows_of(play("03_price_coordination")[1], "price usd/MWh")[: len(diesel)]
    prices = np.array([numbers[0] for _, numbers in rows])
    unit = next(device for device in load_scenario("ieee34_ieee13").devices if device.name == "MG1.diesel")
    marginal = unit.cost_usd_per_mwh + 2.0 * unit.cost_usd_per_mw2h * diesel
    inside = (diesel > unit.p_min_mw) & (diesel < unit.p_max_mw)
    assert inside.any()
    assert marginal[inside] == pytest.approx(prices[inside], abs=1e-3)


def test_energy_gets_cheaper_the_more_microgrids_answer(play):
    (_, days), printed, _ = play("03_price_coordination")
    assert not days[0].diesels_mw.any()
    assert not days[0].storages_mw.any()
    assert all(more.energy_usd < fewer.energy_usd for fewer, more in pairwise(days))
    for day in days[1:]:
        dear = day.price > np.median(day.price)
        assert day.diesels_mw[dear].mean() > day.diesels_mw[~dear].mean()
    rows = rows_of(printed, "answering")
    assert len(rows) == len(days)
    for day, (_, (_, *numbers)) in zip(days, rows, strict=True):
        assert numbers[:3] == pytest.approx([day.energy_usd, day.limits_usd, day.energy_usd + day.limits_usd], abs=0.006)
        assert sum(numbers[3:]) == pytest.approx(day.diesels_mw.sum(), abs=0.011)


def test_the_boiler_keeps_every_contract_and_acts(play):
    printed = play("04_custom_device")[1]
    for contract in ("sound", "faithful", "complete", "compiled"):
        assert f"contract {contract}: kept\n" in printed
    assert "agents that act: boiler\n" in printed


def test_contracts_are_not_kept_by_any_boiler():
    example = module_of("04_custom_device")
    with pytest.raises(ContractError, match="next state heat_mwh"):
        sound(replace(example.BOILER, power_mw=0.2), np.random.default_rng(0))


def test_the_oracle_heats_when_it_is_cheap(play):
    example, days = module_of("04_custom_device"), play("04_custom_device")[0][1]
    assert days["oracle"].cost_usd < min(days["thermostat"].cost_usd, days["at rest"].cost_usd)
    for day in days.values():
        assert day.heat_mwh.min() >= -1e-9
        assert day.heat_mwh.max() <= example.BOILER.store_mwh + 1e-9
        assert day.p_mw.sum() > 0.0
    assert days["oracle"].heat_mwh[-1] >= days["oracle"].heat_mwh[0] - 1e-6
