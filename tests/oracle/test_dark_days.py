"""Days that cannot be survived: a proof of it raises the bound to that of dark days, a solver's word alone does not."""

from __future__ import annotations

import numpy as np
import odd_days as odd
import pytest
import tiny_grid as tiny

from gridbench.errors import SolverError
from gridbench.oracle import Dispatch, session, solve
from gridbench.oracle.conic import Solution, solve_conic
from gridbench.oracle.formulation import formulate
from gridbench.oracle.safe_bound import proves_infeasible


@pytest.fixture(scope="module")
def heavy():
    """More demand at one bus than its branch can carry."""
    return odd.changed(tiny.scenario(6), "load3", p_mw=12.0)


def test_a_day_that_no_schedule_survives_has_the_bound_of_dark_days(heavy):
    found = solve(heavy, "test", 0, time_limit_s=20.0)
    assert found.bound_usd == pytest.approx(found.blackout_usd, rel=1e-5)
    assert found.bound_usd > 0.0
    assert found.status.startswith("every schedule goes dark: gridbench.oracle.why_infeasible")
    assert Dispatch.from_dict(found.to_dict()).survive_usd == found.survive_usd >= found.bound_usd


def test_a_ray_proves_it_and_multipliers_at_random_do_not(heavy, scenario, root):
    dark = formulate(heavy, heavy.window("test", 0)).problem
    ray, rng = solve_conic(dark, 60.0), np.random.default_rng(4)
    assert proves_infeasible(dark, ray.y, ray.w)
    assert proves_infeasible(dark, 1e6 * ray.y, 1e6 * ray.w)
    lit = formulate(scenario, scenario.window("test", 0)).problem
    assert not proves_infeasible(lit, root.y, root.w)
    assert not proves_infeasible(lit, 0.0 * root.y, 0.0 * root.w)
    assert not proves_infeasible(lit, np.nan * root.y, root.w)
    for size in (1e-3, 1.0, 1e3):
        assert not proves_infeasible(lit, size * rng.normal(size=root.y.size), size * rng.normal(size=root.w.size))


def test_a_solver_that_wrongly_says_infeasible_costs_width_and_is_named(scenario, monkeypatch):
    sound = solve(scenario, "test", 0, time_limit_s=20.0, gap=1e-2)

    def lies(problem, *_):
        return Solution("PrimalInfeasible", np.zeros(problem.n), np.ones(problem.A.shape[0]), np.ones(problem.G.shape[0]), 0.0)

    monkeypatch.setattr(session, "solve_conic", lambda problem, *given, **_: lies(problem, *given))
    found = solve(scenario, "test", 0, time_limit_s=20.0)
    assert found.bound_usd <= sound.witness_usd
    assert sound.bound_usd <= found.witness_usd
    assert found.status.startswith("solver failed: Clarabel: ended with PrimalInfeasible, which its ray does not prove")


def test_a_proof_against_a_day_that_the_plant_survives_is_an_error(scenario, heavy, monkeypatch):
    monkeypatch.setattr(session, "formulate", lambda _, series, *given, **named: formulate(heavy, series, *given, **named))
    with pytest.raises(SolverError, match="the plant survives it: plant and oracle disagree"):
        solve(scenario, "test", 0, time_limit_s=20.0)
