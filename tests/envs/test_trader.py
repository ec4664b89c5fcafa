"""What a microgrid trades is what its generator then makes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_devices import TIES, diesel

from gridbench.contracts import walk
from gridbench.envs.agents.trader import BLOCKS, LOAD, Trader
from gridbench.heron import Observation
from gridbench.heron.fields import Fields
from gridbench.physics.devices import Renewable
from gridbench.physics.terms import Values

PRICE = "dso/price.price"
SUN = Renewable(name="sun", bus="b", p_rated_mw=0.5, s_max_mva=0.5, profile="pv")


def observed(trader, x, price, load_mw, sun_mw=0.0):
    """What a microgrid sees of its unit's state, the price, its load and its sun, an environment each."""
    seen = {PRICE: price, LOAD: load_mw, "sun/forecast.available_mw": sun_mw}
    seen |= {path: getattr(x, state) for state, path in trader.status.items()}
    rows = np.stack(np.broadcast_arrays(*(np.atleast_1d(seen[name]).astype(float) for name in trader.needed)), axis=1)
    nothing = Fields({}, np.zeros((len(rows), 0)))
    return Observation(nothing, Fields({name: i for i, name in enumerate(trader.needed)}, rows), nothing)


def made_mw(unit, x, output, step_h):
    """What the unit makes of the ask that follows, as the plant hears it."""
    asked = output.astype(np.float32).astype(float)
    return unit.settle(x, Values(on=(output > 0.0).astype(float), p_mw=asked, q_mvar=0.0), Values(), step_h)["p_mw"]


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), up=st.integers(1, 4), down=st.integers(1, 4), step_h=st.sampled_from([0.25, 1.0]))
def test_what_is_traded_is_what_the_unit_then_makes(seed, up, down, step_h):
    rng, rounds = np.random.default_rng(seed), 40
    least = float(rng.choice([0.0, 0.132, 0.3]))
    unit = diesel(
        "g", min_up_steps=up, min_down_steps=down, p_min_mw=least, start_mw=float(rng.uniform(least, 0.66)) or 0.1,
        ramp_mw_per_h=float(rng.uniform(0.02, 1.0)),
    )  # fmt: skip
    trader = Trader([unit, SUN], TIES[0], PRICE, step_h)
    walked = [vars(x) for x, _, _ in walk(unit, rng, rounds, step_h=step_h)]
    x = Values(**{name: np.array([float(one[name]) for one in walked]) for name in unit.states()})
    seen = observed(trader, x, *(rng.uniform(lo, hi, rounds) for lo, hi in ((-20.0, 200.0), (0.0, 0.8), (0.0, 0.5))))
    plan, quantity = trader.plan(seen), trader.orders(seen)[:, 0::2]
    filled = np.where(rng.random(quantity.shape) < 0.5, rng.random(quantity.shape), rng.random(quantity.shape) < 0.5)
    sold, grid = (filled * quantity).sum(axis=1), plan.own - plan.need
    output = trader.output_mw(sold, seen)
    made = made_mw(unit, x, output, step_h)
    np.testing.assert_allclose(made, output, atol=1e-6)
    np.testing.assert_allclose(made_mw(unit, x, plan.own, step_h), plan.own, atol=1e-6)
    left = made - plan.need - sold  # for the grid: no more of what it would have been without the trade
    assert (left >= np.minimum(grid, 0.0) - 1e-6).all()
    assert (left <= np.maximum(grid, 0.0) + 1e-6).all()


def states(unit, **changes):
    return Values(**{**unit.initial(), **changes})


@pytest.mark.parametrize(
    ("changes", "price", "own", "more", "less"),
    [
        ({"p_mw": 0.0, "stopped_1": 1.0}, 200.0, 0.0, 0.0, 0.0),  # it may not start yet, dear as energy is
        ({"p_mw": 0.3, "on": 1.0, "started_1": 1.0}, 0.0, 0.2, 0.2, 0.0),  # it may not stop yet, cheap as energy is
        ({"p_mw": 0.6, "on": 1.0}, 0.0, 0.5, 0.16, 0.0),  # it may not come down from there in one step: no stop
        ({"p_mw": 0.3, "on": 1.0}, 0.0, 0.0, 0.0, 0.0),  # it may stop
    ],
)
def test_minimum_times_and_ramps_are_kept(changes, price, own, more, less):
    unit = diesel("g", min_up_steps=3, min_down_steps=3, ramp_mw_per_h=0.1, start_mw=0.33)
    trader = Trader([unit], TIES[0], PRICE, 1.0)
    seen = observed(trader, states(unit, **changes), price, 0.0)
    orders = trader.orders(seen)[0]
    assert trader.plan(seen).own[0] == pytest.approx(own)
    assert orders[2] == pytest.approx(more)
    assert orders[4] == pytest.approx(-less)


@pytest.mark.parametrize("blocks", [1, 2, BLOCKS, 5])
def test_as_many_orders_as_are_heard_the_exchange_with_the_grid_first(blocks):
    unit = diesel("g", min_up_steps=1, min_down_steps=1)
    whole, some = (Trader([unit], TIES[0], PRICE, 1.0, heard) for heard in (BLOCKS, blocks))
    seen = observed(whole, states(unit, p_mw=0.3, on=1.0), 90.0, 0.5)
    given, orders = whole.orders(seen)[0], some.orders(seen)[0]
    assert (given[0::2] != 0.0).all()
    assert orders.shape == (2 * blocks,)
    assert orders[: 2 * BLOCKS].tolist() == given[: 2 * blocks].tolist()
    assert not orders[2 * BLOCKS :].any()
