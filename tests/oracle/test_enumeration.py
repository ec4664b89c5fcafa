"""Validity: on small days at random, all of whose integers can be tried, the interval holds the least cost there is."""

from __future__ import annotations

import pytest
import small_grids as grids
from enumeration import agrees

from gridbench.oracle import solve

FEW = [seed for seed in range(16) if seed % len(grids.MIXES) in {1, 2, 4}]
MANY = range(200)
OPEN_FEW, OPEN_MANY = 3, 24
"""How many days may keep an enumerated interval instead of a point: their relaxed flows are none of the plant."""


def test_the_interval_of_small_days_holds_the_enumerated_optimum():
    points = [agrees(grids.small(seed), seed) for seed in FEW]
    assert points.count(False) <= OPEN_FEW


@pytest.mark.slow
def test_the_interval_of_two_hundred_small_days_holds_the_enumerated_optimum():
    points = [agrees(grids.small(seed), seed) for seed in MANY]
    assert points.count(False) <= OPEN_MANY


@pytest.mark.slow
@pytest.mark.parametrize("seed", [14, 19, 30])
def test_without_taps_too_a_schedule_violates_where_that_is_cheaper(seed):
    scenario = grids.small(seed)
    assert not scenario.stepped
    assert solve(scenario, "test", 0, time_limit_s=20.0, gap=1e-4, threads=1).gap < 1e-4
