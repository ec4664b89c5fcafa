"""The case study's records: their schema, and that they are of the scenario and the days of today."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from gridbench.bench.paper.heron.plan import LEVELS, SCENARIO, SPLIT, STEPS, TRAININGS
from gridbench.bench.paper.heron.record import Learnt, Referred, Scaled, Timed, Trained, read, write
from gridbench.bench.paper.heron.references import POLICIES, referred
from gridbench.bench.paper.heron.rerun import NEEDED, jobs
from gridbench.bench.paper.heron.shelf import RECORDS, shelf
from gridbench.bench.score import below_bound
from gridbench.errors import InvalidInput
from gridbench.scenario.catalogue import load_scenario

RESULTS = Path(__file__).parents[4] / "results"
KINDS = {"reference": Referred, "timing": Timed, "scale": Scaled, "learn": Learnt}


def kind_of(path):
    return KINDS.get(path.stem.split("-")[0], Trained)


@pytest.fixture(scope="module")
def records():
    """Return the records of the package by file."""
    return {path: read(path, kind_of(path)) for path in sorted(RECORDS.glob("*.json"))}


@pytest.fixture(scope="module")
def scenario():
    return load_scenario(SCENARIO)


def test_every_file_is_the_record_of_a_job_of_the_plan(records):
    assert {path.stem for path in records} <= set(jobs(tuple(NEEDED), RESULTS))
    for path, one in records.items():
        seeded = f"{one.name}-{one.seed}" if isinstance(one, Trained) else one.name
        assert path.stem in {seeded, f"timing-{one.name}"}


def test_they_are_of_the_scenario_as_it_is(records, scenario):
    for one in records.values():
        if not isinstance(one, Scaled | Learnt):
            assert (one.grid.id, one.grid.digest, one.grid.split) == (scenario.id, scenario.digest, SPLIT)
            assert set(one.grid.days) <= set(scenario.split(SPLIT).days)


def test_every_day_has_its_numbers(records):
    for one in records.values():
        for days in one.tested.values() if isinstance(one, Trained) else [getattr(one, "days", None)]:
            columns = [] if days is None else [days.cost_usd, days.violating, *([days.renewable] if days.renewable else [])]
            assert all(len(column) == len(one.grid.days) for column in columns)


def test_nobody_is_cheaper_than_is_possible(records):
    reference = next(one for one in records.values() if isinstance(one, Referred))
    bound_usd = dict(zip(reference.grid.days, reference.bound_usd, strict=True))
    for one in records.values():
        played = list(one.tested.values()) if isinstance(one, Trained) else [one.days] if hasattr(one, "days") else []
        for days in played:
            assert not below_bound(np.array(days.cost_usd), np.array([bound_usd[day] for day in one.grid.days])).any()


def test_trainings_are_those_of_the_plan(records):
    for one in (one for one in records.values() if isinstance(one, Trained)):
        plan = TRAININGS[one.name]
        assert (one.words, one.algorithm, one.changes) == (plan.words, plan.algorithm, plan.changes)
        assert STEPS <= one.steps < STEPS + 2000
        assert one.curve[0].steps == 0
        assert set(one.tested) == (set(LEVELS) if plan.tested == LEVELS else set(one.tested))


@pytest.mark.parametrize("policy", POLICIES)
def test_references_are_what_stands_in_the_results(records, policy):
    kept = records[RECORDS / f"reference-{policy}.json"]
    assert kept == referred(policy, RESULTS), "delete it, and run gridbench paper heron --rerun --only mismatch"


def test_a_record_is_read_as_it_was_written(records, tmp_path):
    for path, one in list(records.items())[:3]:
        write(tmp_path / "one.json", one)
        assert read(tmp_path / "one.json", kind_of(path)) == one
        assert (tmp_path / "one.json").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"cost": 1.0}, "cost"),
        ({"seed": -1}, "seed"),
        ({"seconds": 0.0}, "seconds"),
        ({"policy": "none"}, "policy"),
        ({"days": {"cost_usd": [1.0], "violating": [1.5]}}, "days.violating"),
    ],
)
def test_what_is_wrong_with_a_record_is_told(records, tmp_path, change, told):
    path = next(path for path, one in records.items() if isinstance(one, Timed))
    (tmp_path / "one.json").write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InvalidInput, match=told) as refused:
        read(tmp_path / "one.json", Timed)
    assert "--rerun" in str(refused.value)
    assert not isinstance(refused.value, ValidationError)


def test_records_of_two_scenarios_are_refused(records, tmp_path):
    for path, one in records.items():
        if isinstance(one, Referred):
            other = one.grid.model_copy(update={"id": "other-v1"} if one.name.endswith("rule") else {})
            write(tmp_path / path.name, one.model_copy(update={"grid": other}))
    with pytest.raises(InvalidInput, match="different scenarios"):
        shelf(tmp_path)
