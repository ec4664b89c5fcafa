"""Prices: each is what one more unit costs, found again by asking for one more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import odd_days as odd
import pytest
import tiny_grid as tiny

from gridbench.oracle import Instance
from gridbench.oracle.conic import solve_conic
from gridbench.physics.terms import inputs

STEP_MW = 2e-3
PLACES = [("b0", 1), ("b3", 1), ("b3", 4), ("b5", 0), ("b6", 3), ("b6", 5)]


@pytest.fixture(scope="module")
def lossless():
    """The tiny grid with one branch that has no resistance: nothing but its end's balance says what it carries."""
    scenario = tiny.scenario(6)
    branches = tuple(replace(b, r_pu=0.0) if b.name == "l2" else b for b in scenario.feeder.branches)
    return replace(scenario, feeder=replace(scenario.feeder, branches=branches))


def value(scenario):
    return solve_conic(Instance(scenario, "test", 0).problem, 60.0, tolerance=1e-10).money


def slope(scenario, bus, step, what):
    """The change of the relaxation's value by one more MWh or Mvarh of demand (usd)."""
    more, less = (value(odd.with_demand(scenario, bus, step, **{what: sign * STEP_MW})) for sign in (1.0, -1.0))
    return (more - less) / (2.0 * STEP_MW * scenario.step_h)


@pytest.mark.parametrize(("bus", "step"), PLACES)
def test_a_nodal_price_is_what_one_more_mwh_costs(scenario, bus, step):
    prices = Instance(scenario, "test", 0).relax().prices
    assert prices.at(bus)[step] == pytest.approx(slope(scenario, bus, step, "p_mw"), rel=1e-3)


@pytest.mark.parametrize(("bus", "step"), [("b3", 1), ("b4", 4)])
def test_a_reactive_price_is_what_one_more_mvarh_costs(scenario, bus, step):
    weak = odd.changed(odd.changed(scenario, "sun", s_max_mva=0.9), "cell", s_max_mva=0.4)  # reactive power is scarce
    prices = Instance(weak, "test", 0).relax().prices
    found = prices.q_usd_per_mvarh[step, prices.buses.index(bus)]
    assert found > 0.1
    assert found == pytest.approx(slope(weak, bus, step, "q_mvar"), rel=1e-3)


@pytest.mark.parametrize("step", [1, 4])
def test_the_price_behind_a_branch_without_resistance(lossless, step):
    prices = Instance(lossless, "test", 0).relax().prices
    assert prices.at("b3")[step] == pytest.approx(slope(lossless, "b3", step, "p_mw"), rel=1e-3)


def test_the_root_pays_the_price_of_its_direction():
    scenario = odd.changed(odd.changed(tiny.scenario(6), "sun", p_rated_mw=3.0, s_max_mva=3.0), "grid", rating_mva=6.0)
    relaxed = Instance(scenario, "test", 0).relax()
    tie, w = scenario.tie, inputs(scenario.tie, relaxed.formulation.series)
    bought, sold = relaxed.values["grid.import_mw"], relaxed.values["grid.export_mw"]
    free = relaxed.values["grid.overload"] < 1e-6
    buys, sells = (bought > 1e-3) & (sold < 1e-6) & free, (sold > 1e-3) & (bought < 1e-6) & free
    assert buys.any()
    assert sells.any()
    root = relaxed.prices.at("b0")
    np.testing.assert_allclose(root[buys], tie.buy_usd_per_mwh(w)[buys], rtol=1e-5)
    np.testing.assert_allclose(root[sells], tie.sell_usd_per_mwh(w)[sells], rtol=1e-5)


@pytest.mark.parametrize("step", [1, 3])
def test_the_price_of_stored_energy_is_what_one_more_mwh_saves(scenario, step):
    instance, given = Instance(scenario, "test", 0), 1e-3
    p, money = instance.problem.as_stated(), []
    row = p.rows["cell.energy_mwh advance"][step]
    for more in (given, -given):
        lower, upper = p.row_lower.copy(), p.row_upper.copy()
        lower[row] -= more
        upper[row] -= more
        money.append(solve_conic(replace(p, row_lower=lower, row_upper=upper), 60.0, tolerance=1e-10).money)
    stored = instance.relax().stored_usd_per_mwh["cell.energy_mwh"]
    assert stored.shape == (scenario.steps,)
    assert stored[step] == pytest.approx((money[1] - money[0]) / (2.0 * given), rel=1e-3)
    assert stored[step] > 0.0
