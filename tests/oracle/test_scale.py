"""Data out of scale: impedances across six orders of magnitude and strange base powers leave the interval valid and narrow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import small_grids as grids
import tiny_grid as tiny
from enumeration import agrees

from gridbench.oracle import solve
from gridbench.oracle.formulation import in_scale

FACTORS = {
    "falling": (1.0, 1e-1, 1e-2, 1e-3, 1e-5, 1e-6),
    "rising": (1e-6, 1e-5, 1e-4, 1e-2, 1e-1, 1.0),
    "by turns": (1e-6, 1.0, 1e-6, 1.0, 1e-6, 1.0),
    "nothing": (1e-8,) * 6,
}
BASES_MVA = (1e-3, 1.0, 1e4)


def stretched(scenario, factors, base_mva=1.0):
    """The scenario with the impedance of each branch multiplied, per unit of another base power."""
    pairs = zip(scenario.feeder.branches, factors, strict=True)
    branches = tuple(replace(branch, r_pu=branch.r_pu * k, x_pu=branch.x_pu * k) for branch, k in pairs)
    return replace(scenario, feeder=replace(scenario.feeder, branches=branches).rebased(base_mva))


@pytest.mark.parametrize("base_mva", BASES_MVA)
@pytest.mark.parametrize("factors", FACTORS.values(), ids=FACTORS)
def test_the_interval_stays_narrow(factors, base_mva):
    found = solve(stretched(tiny.scenario(6), factors, base_mva), "test", 0, time_limit_s=20.0, gap=2e-3)
    assert found.status == "gap reached"
    assert found.gap <= 2e-3


@pytest.mark.parametrize("paid", [False, True])
def test_the_interval_is_the_same_whatever_the_base(paid):
    day = tiny.scenario(6, cheaper=30.0 if paid else 0.0)
    found = [solve(stretched(day, FACTORS["falling"], base), "test", 0, time_limit_s=20.0, gap=1e-2) for base in BASES_MVA]
    for one in found:
        assert all(one.bound_usd <= other.witness_usd * (1.0 + 1e-6) for other in found)
        assert one.gap <= 2e-2


def test_the_interval_of_small_days_out_of_scale_holds_the_enumerated_optimum():
    rng, points = np.random.default_rng(6), []
    for seed in (0, 1, 2, 4, 8, 9, 10, 12, 17, 18):
        plain = grids.small(seed)
        points.append(agrees(stretched(plain, 10.0 ** rng.uniform(-6.0, 0.0, len(plain.feeder.branches))), seed))
    assert points.count(False) <= 2


def test_a_base_near_the_tie_s_rating_is_kept():
    scenario = tiny.scenario(6)
    assert in_scale(scenario) is scenario
    assert in_scale(stretched(scenario, (1.0,) * 6, 1e-3)).feeder.base_mva == scenario.tie.rating_mva
