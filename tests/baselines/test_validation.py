"""Validation days: the same money and violations as the harness counts, and the score of days with an interval."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from gridbench.bench.episode import play
from gridbench.bench.metrics import measure
from gridbench.bench.score import BoundError
from gridbench.bench.world import World
from gridbench.policies import make_policy


@pytest.fixture
def without_intervals(shared, monkeypatch):
    monkeypatch.setattr(shared("validation"), "cached", lambda *_: None)
    monkeypatch.setattr(shared("validation"), "published", lambda *_: {})
    return shared("validation")


def harness(scenario, name, days):
    """Return what the harness measures of a policy on validation days."""
    world, policy = World(scenario), make_policy(name, scenario)
    runs = [(scenario.window("validation", day), play(world, policy, "validation", day, 0).trajectory) for day in days]
    return [measure(scenario, columns, run) for columns, run in runs]


def test_money_and_violations_are_those_of_the_harness(small, without_intervals):
    validation = without_intervals.Validation(small, 3)
    found = validation(make_policy("idle", small))
    wanted = harness(small, "idle", validation.days)
    assert found.cost_usd == pytest.approx(np.mean([one["cost_usd"] for one in wanted]))
    assert found.violating_share == pytest.approx(np.mean([one["violating_steps_share"] for one in wanted]))
    assert found.violating_share > 0.0
    assert np.isnan(found.score), "no interval, no score"
    assert set(small.split("validation").days) <= set(validation.days)


def test_admissible_ones_rank_before_cheaper_ones(small, without_intervals):
    found = without_intervals.Validation(small, 1)(make_policy("idle", small))
    assert not found.admissible
    lenient = replace(small, violating_share_max=1.0)
    assert without_intervals.Validation(lenient, 1)(make_policy("idle", lenient)).admissible
    safe = replace(found, admissible=True, cost_usd=found.cost_usd + 1.0)
    assert safe.rank < found.rank
    assert replace(found, cost_usd=found.cost_usd - 1.0).rank < found.rank


def test_days_with_an_interval_are_scored(small, without_intervals, monkeypatch):
    bounds = {day: SimpleNamespace(bound_usd=0.0) for day in small.split("validation").days[:2]}
    monkeypatch.setattr(without_intervals, "cached", lambda _, __, day: bounds.get(day))
    assert without_intervals.Validation(small, 3)(make_policy("idle", small)).score == 0.0, "it is the anchor"
    rule, idle = ([one["cost_usd"] for one in harness(small, name, list(bounds))] for name in ("rule", "idle"))
    wanted = np.mean((np.array(idle) - rule) / idle)
    assert without_intervals.Validation(small, 3)(make_policy("rule", small)).score == pytest.approx(wanted)
    for one in bounds.values():
        one.bound_usd = min(rule) + 1.0
    with pytest.raises(BoundError, match="validation day"):
        without_intervals.Validation(small, 3)(make_policy("rule", small))
