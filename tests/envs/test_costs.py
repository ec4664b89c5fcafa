"""Costs of a step are what the laws and the curves say, an array for a batch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_devices import DEVICES, LOADS, diesel

from gridbench.contracts import walk
from gridbench.envs.costs import device_cost, piecewise_cost, polynomial_cost, quadratic_cost
from gridbench.physics.curves import Piecewise
from gridbench.physics.terms import Values

batches = st.lists(st.floats(-3, 3), min_size=1, max_size=9).map(np.array)
steps_h = st.sampled_from([0.25, 0.5, 1.0])


@pytest.mark.parametrize("device", DEVICES, ids=lambda d: f"{d.kind}-{d.name}")
def test_a_step_costs_the_sum_of_its_components(device):
    for x, ask, w in walk(device, np.random.default_rng(0), 30):
        u = Values(**device.settle(x, ask, w, 0.25))
        assert device_cost(device, x, u, w, 0.25) == sum(device.cost(x, u, w, 0.25).values())


def test_a_start_and_an_hour_of_fuel_by_hand_for_a_batch():
    u = Values(p_mw=np.array([0.0, 0.132, 0.5]), on=np.array([0.0, 1.0, 1.0]), start=np.array([0.0, 1.0, 0.0]))
    np.testing.assert_allclose(device_cost(diesel("g"), Values(), u, Values(), 1.0), [0.0, 21.8003, 61.7011])


def test_a_device_without_a_price_costs_nothing():
    assert device_cost(LOADS[0], Values(), Values(), Values(demand_pu=np.ones(3)), 1.0) == 0.0


@given(p_mw=batches, step_h=steps_h)
def test_the_three_curves_charge_alike_for_one_line(p_mw, step_h):
    curve = Piecewise((-1.0, 2.0), (-70.0, 155.0))  # 75 usd/MWh and 5 usd/h
    for usd in (
        quadratic_cost(p_mw, 0.0, 75.0, 5.0, step_h),
        polynomial_cost(p_mw, (75.0, 5.0), step_h),
        piecewise_cost(p_mw, curve, step_h),
    ):
        np.testing.assert_allclose(usd, step_h * (75.0 * p_mw + 5.0), atol=1e-9)


@given(p_mw=batches, step_h=steps_h)
def test_what_is_fixed_is_paid_while_it_is_committed(p_mw, step_h):
    paid = quadratic_cost(p_mw, 2.0, 3.0, 7.0, step_h) - quadratic_cost(p_mw, 2.0, 3.0, 7.0, step_h, on=0.0)
    np.testing.assert_allclose(paid, step_h * 7.0)
