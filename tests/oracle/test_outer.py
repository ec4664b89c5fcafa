"""Outer approximation: bounds that hold, whatever was cut."""

import itertools

import numpy as np
import pytest
import scipy.sparse as sp

from gridbench.oracle.builder import Builder
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.outer import OuterApproximation


@pytest.fixture
def problem():
    """Choose three of six items, each with a point in a disc; the money is minus how far the points reach along their ways."""
    rng = np.random.default_rng(3)
    builder = Builder()
    on = builder.column("on", (6,), 0.0, 1.0, integer=True)
    x, y = (builder.column(name, (6,), -2.0, 2.0) for name in "xy")
    builder.eq(on.total() - 3.0)
    builder.cone("disc", (x, y), on * rng.uniform(0.5, 1.5, 6))
    builder.minimise(on * rng.uniform(0.0, 1.0, 6) - x * rng.uniform(0.2, 1.0, 6) - y * rng.uniform(0.2, 1.0, 6))
    return builder.build()


def least(problem):
    on = problem.columns["on"]
    choices = (np.isin(np.arange(6), three).astype(float) for three in itertools.combinations(range(6), 3))
    return min(solve_conic(problem.fixed(on, choice), 10.0).money for choice in choices)


def test_bounds_rise_to_the_least_value_and_never_above_it(problem):
    true, outer, bounds = least(problem), OuterApproximation(problem, mixed=True), []
    for _ in range(12):
        answer = outer.solve(10.0, 0.0)
        bounds.append(answer.bound)
        outer.cut(answer.x, 1e-7)
    assert bounds == pytest.approx(sorted(bounds), abs=1e-6)
    assert max(bounds) <= true
    assert bounds[-1] == pytest.approx(true, rel=1e-4)


def test_nothing_is_cut_where_the_cones_hold(problem):
    outer = OuterApproximation(problem, mixed=False)
    assert outer.cut(np.zeros(problem.n), 1e-9) == 0
    assert outer.cut(solve_conic(problem, 10.0).x) > 0


def test_a_relaxed_problem_states_no_bound(problem):
    assert OuterApproximation(problem, mixed=False).solve(10.0, 0.0).bound == -np.inf


def test_no_point_left_is_a_bound_of_infinity(problem):
    outer = OuterApproximation(problem, mixed=True)
    row = np.zeros((1, problem.n))
    row[0, problem.columns["on"]] = 1.0
    outer.add(sp.csr_array(row), np.array([2.0]))
    answer = outer.solve(10.0, 0.0)
    assert answer.x is None
    assert answer.bound == np.inf


def test_small_coefficients_are_dropped_in_the_safe_direction(problem):
    """A row `x <= 1e-12 y - 1`, x and y in [-2, 2], must not lose points with x slightly above -1."""
    outer = OuterApproximation(problem, mixed=False)
    row = np.zeros((1, problem.n))
    row[0, [problem.columns["x"][0], problem.columns["y"][0]]] = 1.0, -1e-12
    before = outer._highs.getNumRow()
    outer.add(sp.csr_array(row), np.array([-1.0]))
    lp = outer._highs.getLp()
    assert lp.row_upper_[before] == pytest.approx(-1.0 + 2e-12, abs=1e-15)
    assert lp.row_upper_[before] > -1.0
