"""Intervals: kept by digest, checked when read, those shipped are of the shipped scenarios."""

import json

import numpy as np
import pytest

from gridbench.bench import intervals
from gridbench.errors import InvalidInput
from gridbench.scenario.catalogue import list_scenarios, load_scenario, scenario_folder


def test_an_interval_is_solved_once_and_kept_by_digest(tiny, monkeypatch):
    first = intervals.interval(tiny, "test", 0)
    monkeypatch.setattr(intervals, "solved", lambda *_: pytest.fail("solved again"))
    again = intervals.interval(tiny, "test", 0)
    assert (again.bound_usd, again.witness_usd, again.scenario_digest) == (first.bound_usd, first.witness_usd, tiny.digest)
    assert np.array_equal(again.asks, first.asks)


def test_files_come_back_as_they_were_written_and_the_same_bytes(tiny, tmp_path):
    found = [intervals.interval(tiny, "test", day) for day in (1, 0)]
    for name in ("a", "b"):
        intervals.write_intervals(tmp_path / f"{name}.json", tiny, "test", found)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    back = intervals.read_intervals(tmp_path / "a.json", tiny.id, tiny.digest, "test")
    assert list(back) == [0, 1]
    assert back[1].witness_usd == found[0].witness_usd


def test_a_damaged_cache_is_refused_until_the_day_is_solved_again(tiny):
    intervals.solved(tiny, "test", 2)
    path = intervals._cache_path(tiny, "test", 2)
    path.write_text("{")
    with pytest.raises(InvalidInput, match="solve again"):
        intervals.cached(tiny, "test", 2)
    again = intervals.solved(tiny, "test", 2)
    assert intervals.cached(tiny, "test", 2).bound_usd == again.bound_usd


def test_damage_and_other_scenarios_are_refused(tiny, tmp_path):
    path = tmp_path / "test.json"
    intervals.write_intervals(path, tiny, "test", [intervals.interval(tiny, "test", 0)])
    with pytest.raises(InvalidInput, match="holds intervals of"):
        intervals.read_intervals(path, tiny.id, "sha256:other", "test")
    other = intervals.interval(tiny, "test", 1)
    intervals.write_arrays(path.with_suffix(".npz"), {"asks": other.asks[None]})
    with pytest.raises(InvalidInput, match="solve again"):
        intervals.read_intervals(path, tiny.id, tiny.digest, "test")
    path.write_text(json.dumps({"schema": 2}))
    with pytest.raises(InvalidInput, match="is no file of intervals"):
        intervals.read_intervals(path, tiny.id, tiny.digest, "test")


@pytest.mark.parametrize("name", list_scenarios())
def test_shipped_intervals_are_of_the_shipped_scenario_and_leave_room_to_score(name):
    scenario = load_scenario(name)
    for path in sorted((scenario_folder(name) / "oracle").glob("*.json")):
        found = intervals.read_intervals(path, scenario.id, scenario.digest, path.stem)
        assert set(found) <= set(scenario.split(path.stem).days)
        assert all(-np.inf < one.bound_usd <= one.witness_usd < np.inf for one in found.values())
