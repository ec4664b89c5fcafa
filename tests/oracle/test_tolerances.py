"""Tolerances of the solvers, a thousand times looser or tighter, cost width and never the bound."""

from __future__ import annotations

import enumeration as every
import highspy
import numpy as np
import pytest
import small_grids as grids
import tiny_grid as tiny

from gridbench.bench.intervals import published
from gridbench.oracle import conic, highs, solve
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.formulation import formulate
from gridbench.oracle.integer import Benders, Clock
from gridbench.oracle.master import Master
from gridbench.oracle.modes import binaries
from gridbench.scenario.catalogue import load_scenario

pytestmark = pytest.mark.slow
SEEDS = (1, 2, 5, 12)
"""Small days with generators, storage, regulators, banks, and prices below zero."""
CLARABEL = {
    "optimality": ("tol_gap_abs", "tol_gap_rel", "tol_feas", "tol_ktratio"),
    "infeasibility": ("tol_infeas_abs", "tol_infeas_rel", "reduced_tol_infeas_abs", "reduced_tol_infeas_rel"),
    "almost": ("reduced_tol_feas", "reduced_tol_gap_abs", "reduced_tol_gap_rel", "reduced_tol_ktratio"),
    "static regularisation": ("static_regularization_constant", "static_regularization_proportional"),
    "dynamic regularisation": ("dynamic_regularization_eps", "dynamic_regularization_delta"),
    "refinement": ("iterative_refinement_abstol", "iterative_refinement_reltol"),
    "equilibration": ("equilibrate_max_scaling", "equilibrate_min_scaling"),
}
HIGHS = (*highs.TOLERANCES, "mip_abs_gap")
FACTORS = (1e3, 1e-3)


@pytest.fixture(scope="module")
def optima():
    return {seed: every.enumerated(grids.small(seed)) for seed in SEEDS}


@pytest.fixture
def clarabel_with(monkeypatch):
    """Let some settings of Clarabel be scaled, wherever they are made."""

    def scale(names, factor):
        real = conic._settings

        def settings(*wanted):
            made = real(*wanted)
            for name in names:
                setattr(made, name, getattr(made, name) * (1.0 / factor if name == "equilibrate_min_scaling" else factor))
            return made

        monkeypatch.setattr(conic, "_settings", settings)

    return scale


@pytest.fixture
def highs_with(monkeypatch):
    """Let some options of HiGHS be scaled in every model, to the closest that it allows."""

    def scale(names, factor):
        real = highs.model

        def model(*given, **options):
            made = real(*given, **options)
            for name in names:
                wanted = made.getOptionValue(name)[1] * factor
                if made.setOptionValue(name, wanted) == highspy.HighsStatus.kError:
                    assert made.setOptionValue(name, 1e-10) == highspy.HighsStatus.kOk
            return made

        monkeypatch.setattr(highs, "model", model)

    return scale


def check(optima):
    """Assert that the intervals of the small days still hold their optima."""
    for seed, optimum in optima.items():
        found = solve(grids.small(seed), "test", 0, time_limit_s=1.0, gap=3e-4, threads=1)
        room = every.ROOM * every.size(optimum.high_usd)
        assert found.bound_usd <= (optimum.low_usd if optimum.closed else optimum.high_usd) + room, seed
        assert found.witness_usd >= optimum.low_usd - room, seed


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("names", CLARABEL.values(), ids=CLARABEL)
def test_the_bound_holds_whatever_clarabel_is_allowed(optima, clarabel_with, names, factor):
    clarabel_with(names, factor)
    check(optima)


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("name", HIGHS)
def test_the_bound_holds_whatever_highs_is_allowed(optima, highs_with, name, factor):
    highs_with((name,), factor)
    check(optima)


@pytest.mark.parametrize("factor", FACTORS)
def test_the_bound_holds_at_any_gap_that_the_master_is_asked_for(optima, monkeypatch, factor):
    real = Master.solve
    monkeypatch.setattr(Master, "solve", lambda self, limit_s, gap, start: real(self, limit_s, gap * factor, start))
    check(optima)


@pytest.mark.parametrize("factor", FACTORS)
def test_the_bound_of_a_real_day_holds_with_all_of_them_at_once(clarabel_with, highs_with, factor):
    scenario = load_scenario("ieee34_ieee13")
    day = scenario.split("test").days[0]
    known = published(scenario, "test")[day]
    clarabel_with([name for names in CLARABEL.values() for name in names], factor)
    highs_with(HIGHS, factor)
    found = solve(scenario, "test", day, time_limit_s=15.0, gap=1e-2, threads=1)
    assert found.bound_usd <= known.witness_usd * (1.0 + every.ROOM)
    assert known.bound_usd <= found.witness_usd * (1.0 + every.ROOM)
    assert found.gap < 0.2


@pytest.mark.parametrize("factor", [*FACTORS, 1e5])
def test_the_master_s_bound_pays_for_what_highs_is_allowed(highs_with, factor):
    """Where a tenth of an integer is as good as none, HiGHS itself calls too much optimal."""
    paid = tiny.scenario(6, cheaper=30.0)
    day = formulate(paid, paid.window("test", 0))
    root = solve_conic(day.problem, 60.0)
    sound = Benders(day.problem, binaries(day), paid.steps, root, 1)
    while sound.search.gap > 1e-5 and sound.round(1e-6, Clock(20.0)):
        pass
    highs_with(HIGHS, factor)
    found = Benders(day.problem, binaries(day), paid.steps, root, 1)
    for _ in range(4):
        found.round(1e-6, Clock(20.0))
        assert found.search.bound <= sound.search.best * (1.0 + every.ROOM)
    assert np.isfinite(found.search.bound)
