"""Energy of negative price: nothing burns it on paper that the plant would not burn."""

from __future__ import annotations

import numpy as np
import pytest
import tiny_grid as tiny

from gridbench.oracle import solve
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.formulation import fixed_windows, formulate
from gridbench.oracle.modes import binaries, loss_usd_per_pu2, one_way, paid_usd_per_mwh
from gridbench.oracle.safe_bound import safe_bound
from gridbench.plant.plant import Plant


@pytest.fixture(scope="module")
def paid():
    return tiny.scenario(6, cheaper=30.0)


@pytest.fixture(scope="module")
def day(paid):
    return formulate(paid, paid.window("test", 0))


@pytest.fixture(scope="module")
def relaxed(day):
    return solve_conic(day.problem, 60.0)


@pytest.fixture(scope="module")
def dispatch(paid):
    return solve(paid, "test", 0, time_limit_s=60.0, gap=1e-3)


def test_modes_are_binary_where_energy_is_paid_for(paid, day):
    negative = paid_usd_per_mwh(paid, day.series) > 0.0
    assert 0 < negative.sum() < paid.steps
    found = set(binaries(day))
    for mode in ("grid.importing", "cell.charging"):
        np.testing.assert_array_equal([col in found for col in day.problem.columns[mode]], negative)
    assert found >= set(day.problem.columns["gen.on"])


def test_no_loss_is_worth_having(paid, day):
    price = day.series["price_usd_per_mwh"] + paid.tie.delivery_usd_per_mwh
    worth = price[:, None] * paid.step_h * paid.feeder.base_mva * paid.feeder.arrays.r
    assert np.all(loss_usd_per_pu2(paid, day.series) + worth >= 0.0)


def test_the_relaxation_goes_both_ways_and_the_net_direction_mends_it(day, relaxed):
    cols, numbers, both = one_way(day, relaxed.x)
    assert both
    mended = solve_conic(day.problem.fixed(cols, numbers), 60.0)
    assert mended.feasible
    assert not one_way(day, mended.x)[2]


def test_the_interval_is_narrow_and_the_bound_above_the_relaxation_s(day, relaxed, dispatch):
    assert dispatch.gap < 0.06
    assert dispatch.survive_usd > safe_bound(day.problem, relaxed.y, relaxed.w) + 1e-3


def test_no_random_policy_is_below_the_bound(paid, dispatch):
    rng, spans = np.random.default_rng(2), Plant(paid).layout.ask_spans
    low, high = (np.array([span[k] for span in spans]) for k in (0, 1))
    asks = dispatch.asks + rng.normal(0.0, 0.05, (200, paid.steps, len(spans))) * (high - low)
    plant = Plant(paid, batch=200)
    plant.reset([paid.window("test", 0)] * 200)
    money = sum(plant.step(asks[:, t]).cost_usd for t in range(paid.steps))
    assert money.min() >= dispatch.bound_usd


def test_currents_of_the_plant_keep_their_bounds(paid, day):
    """What any policy drives through a branch stays below the bounds that the rows of the paid steps state."""
    p, tree = day.problem, paid.feeder.arrays
    rng, spans = np.random.default_rng(3), Plant(paid).layout.ask_spans
    low, high = (np.array([span[k] for span in spans]) for k in (0, 1))
    plant = Plant(paid, batch=300)
    plant.reset([paid.window("test", 0)] * 300)
    most, export = p.outer[1][p.columns["l"]], p.outer[1][p.columns["grid.export_mw"]]
    loosest = (paid.loading.trip_loading * tree.rating) ** 2
    negative, lit = paid_usd_per_mwh(paid, day.series) > 0.0, 0
    assert np.any(most[negative] < 0.5 * loosest)
    np.testing.assert_array_equal(most[~negative], np.tile(loosest, ((~negative).sum(), 1)))
    for t in range(paid.steps):
        step = plant.step(rng.uniform(low, high, (300, len(spans))))
        fine = ~step.blackout
        lit += int(fine.sum())
        assert np.all(step.loading[fine] ** 2 * tree.rating**2 <= most[t] * (1.0 + 1e-9))
        assert np.all(-step.p_root_mw[fine] <= export[t] + 1e-9)
    assert lit > 100


@pytest.mark.parametrize("position", [0.0, 3.0])
def test_currents_at_fixed_positions_are_bounded_no_worse(paid, day, position):
    names = [d.name for d in paid.stepped]
    held = formulate(paid, day.series, fixed_windows(paid, {name: np.full(paid.steps, position) for name in names})).problem
    assert np.all(held.outer[1][held.columns["l"]] <= day.problem.outer[1][day.problem.columns["l"]] * (1.0 + 1e-9))
