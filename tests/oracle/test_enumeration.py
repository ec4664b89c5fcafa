"""Validity: on small days at random, all of whose integers can be tried, the interval holds the least cost there is."""

from __future__ import annotations

import enumeration as every
import numpy as np
import pytest
import small_grids as grids

from gridbench.oracle import solve
from gridbench.plant.plant import Plant

FEW = [seed for seed in range(40) if seed % len(grids.MIXES) in {0, 1, 2, 4}]
MANY = range(200)
OPEN_FEW, OPEN_MANY = 3, 24
"""How many days may keep an enumerated interval instead of a point: their relaxed flows are none of the plant."""
ROOM = 1e-6


def holds(seed):
    """Assert that interval and enumeration of a day agree and that no policy is cheaper; return whether the latter is a point."""
    scenario = grids.small(seed)
    optimum, dispatch = every.enumerated(scenario), solve(scenario, "test", 0, time_limit_s=2.0, gap=1e-4, threads=1)
    room = ROOM * every.size(optimum.high_usd)
    case = f"seed {seed}: [{dispatch.bound_usd}, {dispatch.witness_usd}] against [{optimum.low_usd}, {optimum.high_usd}]"
    assert dispatch.bound_usd <= (optimum.low_usd if optimum.closed else optimum.high_usd) + room, case
    assert optimum.low_usd <= dispatch.witness_usd + room, case
    assert cheapest_policy(scenario, seed, (dispatch.asks.astype(float), optimum.asks)) >= dispatch.bound_usd, case
    return optimum.closed


def cheapest_policy(scenario, seed, schedules):
    """Return the least cost of policies at random: anything at all, and ever closer to the best schedules known."""
    plant, rng = Plant(scenario, every.BATCH), np.random.default_rng(seed)
    spans = [np.array([span[k] for span in plant.layout.ask_spans]) for k in (0, 1)]
    tried = [rng.uniform(*spans, (scenario.steps, every.BATCH, spans[0].size))]
    tried += [every.mutated(rng, asks, spans, radius, every.BATCH) for asks in schedules for radius in (0.3, 0.03, 0.003)]
    return min(every.costs(plant, scenario.window("test", 0), asks).min() for asks in tried)


def test_the_interval_of_small_days_holds_the_enumerated_optimum():
    points = [holds(seed) for seed in FEW]
    assert points.count(False) <= OPEN_FEW


@pytest.mark.slow
def test_the_interval_of_two_hundred_small_days_holds_the_enumerated_optimum():
    points = [holds(seed) for seed in MANY]
    assert points.count(False) <= OPEN_MANY


@pytest.mark.parametrize("seed", [14, 19, 30])
def test_without_taps_too_a_schedule_violates_where_that_is_cheaper(seed):
    scenario = grids.small(seed)
    assert not scenario.stepped
    assert solve(scenario, "test", 0, time_limit_s=20.0, gap=1e-4, threads=1).gap < 1e-4
