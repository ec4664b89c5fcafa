"""What is known of test days, and the ladder over it: whole and of these very files, or nothing."""

import json
import shutil
from dataclasses import replace

import pytest

from gridbench.bench import intervals
from gridbench.bench.evidence import Evidence
from gridbench.bench.ladder import HEAD, NONE, ladder, rung, table
from gridbench.bench.runner import run
from gridbench.errors import InvalidInput
from gridbench.scenario.catalogue import list_scenarios


@pytest.fixture
def known(tiny, played, tmp_path, monkeypatch):
    """The tiny scenario as a built-in one, with its intervals published and some records."""
    monkeypatch.setattr(intervals, "scenario_root", lambda: tmp_path / "scenarios")
    found = [intervals.interval(tiny, "test", day) for day in tiny.split("test").days]
    intervals.write_intervals(intervals.published_path(tmp_path / "scenarios" / tiny.id, "test"), tiny, "test", found)
    for name, outcome in played.items():
        shutil.copytree(outcome.folder, tmp_path / "results" / tiny.id / name)
    return Evidence(tiny, tmp_path / "results")


def test_whole_records_count(known):
    assert [day.day for day in known.certified] == list(known.days) == [0, 1, 2]
    assert known.record("idle").scores.score_mean == 0.0
    assert {row["day"] for row in known.episodes("foresight")} == {0, 1, 2}
    assert known.record("rule") is None
    assert known.episodes("rule") == []


def test_records_of_fewer_days_other_files_or_other_intervals_do_not_count(known, tiny, tmp_path):
    run(tiny, "rule", out=known.folder("rule"), days=2, quiet=True)
    assert known.record("rule") is None
    edited = Evidence(replace(tiny, digest=f"sha256:{'0' * 64}"), known.results)
    assert edited.certified == ()
    assert edited.record("idle") is None
    path = intervals.published_path(tmp_path / "scenarios" / tiny.id, "test")
    wider = [replace(day, bound_usd=day.bound_usd - 1.0) for day in known.certified]
    intervals.write_intervals(path, tiny, "test", wider)
    assert Evidence(tiny, known.results).record("idle") is None


def test_without_an_interval_of_every_day_nothing_is_certified_and_records_stand_alone(known, tiny, tmp_path):
    path = intervals.published_path(tmp_path / "scenarios" / tiny.id, "test")
    intervals.write_intervals(path, tiny, "test", known.certified[:2])
    fewer = Evidence(tiny, known.results)
    assert fewer.certified == ()
    assert fewer.record("idle") is not None
    found = rung(tiny)
    assert (found.median_gap, found.worst_gap, found.seconds) == (None, None, None)
    assert found.cells()[-3:] == (NONE, NONE, NONE)


def test_damaged_files_are_refused(known):
    (known.folder("idle") / "record.json").write_text("{}")
    with pytest.raises(InvalidInput, match="Field required"):
        known.record("idle")


def test_a_rung_tells_sizes_days_and_gaps(known, tiny):
    found = rung(tiny)
    gaps = sorted(day.gap for day in known.certified)
    assert (found.buses, found.agents, found.steps, found.step_h) == (14, 2, 6, 1.0)
    assert (found.median_gap, found.worst_gap) == (gaps[1], gaps[2])
    assert found.stress_days == 0
    assert replace(found, days={**found.days, "n_minus_1": 8, "shifted": 4}).stress_days == 12
    assert len(found.cells()) == len(HEAD)


def test_the_ladder_goes_up_through_every_scenario():
    found = ladder()
    assert sorted(one.id for one in found) == sorted(list_scenarios())
    assert [one.buses for one in found] == sorted(one.buses for one in found)
    head, _, *lines = table(found).splitlines()
    assert head.split()[0] == "scenario"
    assert [line.split()[0] for line in lines[: len(found)]] == [one.id for one in found]


def test_the_command_prints_the_same_as_text_and_as_json(capsys):
    from gridbench.cli import main  # noqa: PLC0415

    assert main(["list", "scenarios"]) == 0
    shown = capsys.readouterr().out
    assert shown.rstrip() == table(ladder())
    assert main(["list", "scenarios", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in rows] == [one.id for one in ladder()]
    assert all(sum(row["days"].values()) > 0 for row in rows)
