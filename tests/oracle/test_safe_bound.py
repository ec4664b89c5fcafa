"""The safe bound holds for any multipliers, and is tight for good ones."""

from __future__ import annotations

import numpy as np
import pytest

from gridbench.oracle.projection import Projection
from gridbench.oracle.safe_bound import safe_bound


def test_it_is_tight_at_the_solver_s_multipliers(formulation, root):
    bound = safe_bound(formulation.problem, root.y, root.w)
    assert bound <= root.money + 1e-5 * abs(root.money)
    assert bound == pytest.approx(root.money, rel=1e-6)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e4])
def test_garbage_never_lifts_it_above_the_optimum(formulation, root, size):
    rng = np.random.default_rng(5)
    for _ in range(20):
        y, w = (part + size * rng.normal(size=part.size) for part in (root.y, root.w))
        assert safe_bound(formulation.problem, y, w) <= root.money * (1.0 + 1e-7)


def test_cuts_of_garbage_never_exceed_what_the_network_costs(formulation, root, scenario):
    projection, rng = Projection(formulation.problem, scenario.steps), np.random.default_rng(6)
    money, devices = projection.network_money(root.x), root.x[projection.devices]
    for size in (0.0, 1e-2, 10.0):
        y, w = (part + size * rng.normal(size=part.size) for part in (root.y, root.w))
        cuts = projection.cuts(y, w)
        assert np.all(cuts.coefficients @ devices + cuts.constant <= money + 1e-4)
