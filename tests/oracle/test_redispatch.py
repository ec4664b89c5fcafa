"""The local re-dispatch: days of the plant lie on their own tangents, and where cones are slack it finds what they hide."""

from __future__ import annotations

import numpy as np
import pytest
import tiny_grid as tiny

from gridbench.oracle.conic import solve_conic
from gridbench.oracle.formulation import fixed_windows, formulate
from gridbench.oracle.modes import one_way
from gridbench.oracle.redispatch import network_point, redispatch, tangent
from gridbench.oracle.witness import Witness


def solved(problem):
    solution = solve_conic(problem, 30.0)
    return solution if solution.feasible else None


def offered(scenario):
    """Return a witness from the conic problem at its own prices: units off, modes in their net direction, positions at rest."""
    path = {d.name: np.full(scenario.steps, float(d.initial_position())) for d in scenario.stepped}
    series = scenario.window("test", 0)
    formulation, witness = formulate(scenario, series, fixed_windows(scenario, path)), Witness(scenario, series)
    off = np.concatenate([formulation.problem.columns[name] for name in formulation.gates()])
    problem = formulation.problem.fixed(off, np.zeros(off.size))
    cols, numbers, _ = one_way(formulation, solve_conic(problem, 30.0).x)
    solution = solved(problem.fixed(cols, numbers))
    assert solution is not None
    witness.offer(formulation, solution.x)
    return witness, solution.money


def test_a_day_of_the_plant_lies_on_its_own_tangents():
    witness, _ = offered(tiny.scenario(4))
    form = witness.formulation
    x = network_point(form, witness.replay.day(witness.asks))
    problem = tangent(form.problem, x, 0.1)
    rows = slice(form.problem.A.shape[0], None)
    np.testing.assert_allclose((problem.A @ x)[rows], problem.row_upper[rows], atol=1e-9)
    cols = np.concatenate([form.problem.columns[name].ravel() for name in "PQ"])
    assert np.all(problem.upper[cols] - problem.lower[cols] <= 0.2 + 1e-12)
    assert problem.cone_sizes.size == form.problem.cone_sizes.size - form.problem.cones["flow"].size


@pytest.mark.parametrize("cheaper", [90.0, 120.0])
def test_where_energy_is_paid_for_it_is_cheaper_than_what_a_slack_relaxation_leaves(cheaper):
    witness, money = offered(tiny.scenario(6, cheaper=cheaper))
    first = witness.usd
    assert first > money + 1e-3 * abs(money)  # on paper energy is burnt that the plant does not burn
    redispatch(witness, solved, lambda: True)
    assert witness.usd < first - 1e-3 * abs(first)
    assert witness.usd == pytest.approx(witness.replay.cost_usd(witness.asks), abs=0.0)


def test_where_cones_are_tight_there_is_nothing_left_to_find():
    witness, money = offered(tiny.scenario(4))
    first = witness.usd
    assert first == pytest.approx(money, rel=1e-5)
    redispatch(witness, solved, lambda: True)
    assert first - witness.usd <= 1e-5 * abs(first)


def test_it_stops_when_it_is_told_to():
    witness, _ = offered(tiny.scenario(6, cheaper=90.0))
    first = witness.usd
    redispatch(witness, solved, lambda: False)
    assert witness.usd == first
