"""Runs that are judged on the unbalanced network: marked everywhere, verified like others, ranked nowhere."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from gridbench.bench import intervals
from gridbench.bench.record import read_record
from gridbench.bench.rows import parse_rows
from gridbench.bench.runner import run
from gridbench.bench.score import BoundError
from gridbench.bench.verify import verify
from gridbench.cli import main
from gridbench.errors import InvalidInput
from gridbench.networks import RawGrid, radial
from gridbench.networks.feeder import Branch, Bus
from gridbench.standings.files import leaderboard


@pytest.fixture(scope="module")
def unbalanced(tiny, tmp_path_factory):
    root = tmp_path_factory.mktemp("three_phase")
    return {name: run(tiny, name, out=root / name, seeds=2, plant="three_phase", quiet=True) for name in ("idle", "random")}


def rows(folder):
    return parse_rows((folder / "episodes.csv").read_text(), "episodes.csv")


def test_the_record_says_which_plant_and_what_the_bound_is(unbalanced, played):
    record = unbalanced["idle"].record
    assert (record.protocol.plant, record.bound.bound_is) == ("three_phase", "indicative")
    other = played["idle"].record
    assert (other.protocol.plant, other.bound.bound_is) == ("balanced", "certified")
    assert record.bound.digest == other.bound.digest


def test_the_policy_acts_alike_and_the_network_answers_otherwise(unbalanced, played):
    """The actions are the same bytes, for the policy sees the balanced plant; the anchor is judged like the policy."""
    for name in ("idle", "random"):
        mine, other = unbalanced[name].folder, played[name].folder
        assert np.array_equal(np.load(mine / "actions.npz")["asks"], np.load(other / "actions.npz")["asks"])
        for here, there in zip(rows(mine), rows(other), strict=True):
            assert here["cost_usd"] != there["cost_usd"]
            assert here["import_usd"] == pytest.approx(there["import_usd"], rel=0.02)
            assert here["wear_usd"] == there["wear_usd"]
            assert here["bound_usd"] == there["bound_usd"]
    assert all(row["score"] == 0.0 for row in rows(unbalanced["idle"].folder))
    spread = [one["random"].record.scores.worst_voltage_pu for one in (unbalanced, played)]
    assert abs(spread[0] - 1.0) > abs(spread[1] - 1.0)


def test_it_is_verified_like_any_other(unbalanced, tiny_folder, tmp_path):
    folder = shutil.copytree(unbalanced["random"].folder, tmp_path / "random")
    assert verify(folder, scenario=tiny_folder) == []
    record = json.loads((folder / "record.json").read_text())
    for part, key, value in (("bound", "bound_is", "certified"), ("protocol", "plant", "balanced")):
        changed = {**record, part: {**record[part], key: value}}
        (folder / "record.json").write_text(json.dumps(changed))
        assert any("bound.bound_is must be" in fault for fault in verify(folder, scenario=tiny_folder))
    changed = {**record, "protocol": {**record["protocol"], "plant": "balanced"}}
    changed["bound"] = {**record["bound"], "bound_is": "certified"}
    (folder / "record.json").write_text(json.dumps(changed))
    assert any("cost_usd" in fault for fault in verify(folder, scenario=tiny_folder))


def test_it_is_not_ranked(unbalanced, played, tiny_folder, tmp_path):
    shutil.copytree(played["idle"].folder, tmp_path / "tiny-v1" / "idle")
    before = leaderboard(tmp_path, [tiny_folder.parent])
    shutil.copytree(unbalanced["random"].folder, tmp_path / "tiny-v1" / "random.three_phase")
    assert leaderboard(tmp_path, [tiny_folder.parent]) == before


def test_a_cost_below_the_indicative_bound_is_a_score_above_one_and_no_error(tiny, unbalanced, tmp_path, monkeypatch):
    known, anchors = intervals.interval, {row["day"]: row["anchor_usd"] for row in rows(unbalanced["idle"].folder)}
    monkeypatch.setattr(intervals, "interval", lambda *of: replace(known(*of), bound_usd=anchors[of[-1]] - 0.01))
    found = run(tiny, "foresight", out=tmp_path / "f", plant="three_phase", quiet=True)
    assert all(row["cost_usd"] < row["bound_usd"] and row["score"] > 1.0 for row in rows(found.folder))
    with pytest.raises(BoundError):
        run(tiny, "foresight", out=tmp_path / "g", quiet=True)


def test_the_command_marks_the_bound(tiny_folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    command = ["run", "--scenario", str(tiny_folder), "--policy", "rule", "--days", "1", "--plant", "three-phase"]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "bound usd*" in out
    assert "* plant three_phase" in out
    assert read_record(tmp_path / "runs" / "tiny-v1" / "rule.three_phase").protocol.plant == "three_phase"
    assert main([*command[:-2], "--no-plot"]) == 0
    assert "*" not in capsys.readouterr().out


def test_a_feeder_without_published_phases_is_refused_before_anything_is_solved(tiny, tmp_path, monkeypatch):
    def never(*_):
        raise AssertionError("a bound was asked for")

    feeder = radial(
        RawGrid("mine", 1.0, "a", 1.0, (Bus("a", 4.16), Bus("b", 4.16)), (Branch("a-b", "a", "b", 0.01, 0.01, 0.0, 1.0, 2.0),))
    )
    monkeypatch.setattr(intervals, "interval", never)
    with pytest.raises(InvalidInput, match="the root is none of the built-in networks"):
        run(replace(tiny, feeder=feeder), "idle", out=tmp_path, plant="three_phase", quiet=True)
