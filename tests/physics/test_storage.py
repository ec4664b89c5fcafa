"""A storage over random days: energy is conserved, and money is what it should be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_devices import STORAGES, storage

from gridbench.physics.reach import least_slacks
from gridbench.physics.terms import Values


@pytest.mark.parametrize("device", STORAGES, ids=lambda d: d.name)
@pytest.mark.parametrize("step_h", [0.25, 1.0])
@given(asks=st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=1, max_size=30))
def test_energy_is_conserved_over_any_day(device, step_h, asks):
    x = first = Values(**device.initial())
    taken_mwh = given_mwh = 0.0
    for p_mw, q_mvar in asks:
        u = Values(**device.settle(x, Values(p_mw=p_mw, q_mvar=q_mvar), Values(), step_h))
        x = Values(**device.advance(x, u, Values(), step_h))
        p, _ = device.inject(u, Values())
        taken_mwh += max(-p, 0.0) * step_h
        given_mwh += max(p, 0.0) * step_h
    change_mwh = x.energy_mwh - first.energy_mwh
    assert given_mwh == pytest.approx(device.efficiency_out * (device.efficiency_in * taken_mwh - change_mwh), abs=1e-9)


@pytest.mark.parametrize("device", STORAGES, ids=lambda d: d.name)
def test_a_round_trip_returns_the_product_of_the_efficiencies(device):
    low = Values(energy_mwh=device.energy_share_min * device.energy_mwh)
    charge = Values(**device.settle(low, Values(p_mw=-0.2, q_mvar=0.0), Values(), 1.0))
    full = Values(**device.advance(low, charge, Values(), 1.0))
    back = Values(**device.settle(full, Values(p_mw=1.0, q_mvar=0.0), Values(), 1.0))
    assert back.discharge_mw == pytest.approx(device.efficiency_in * device.efficiency_out * charge.charge_mw)


def test_wear_is_paid_on_what_passes_the_terminals():
    u = Values(charge_mw=0.3, discharge_mw=0.0, q_mvar=0.1, charging=1.0)
    assert storage("s").cost(Values(), u, Values(), 0.5) == {"wear": pytest.approx(0.5 * 4.0 * 0.3)}


@pytest.mark.parametrize(("first", "last", "usd"), [(1.0, 0.4, 90.0), (1.0, 1.0, 0.0), (1.0, 1.6, 0.0)])
def test_energy_missing_at_the_end_is_priced_and_energy_left_over_earns_nothing(first, last, usd):
    device, ends = storage("s"), (Values(energy_mwh=first), Values(energy_mwh=last))
    slack = Values(**least_slacks(device.closing(), lambda s: device.closing_limits(*ends, s)))
    assert device.closing_cost(slack) == {"missing_energy": pytest.approx(usd)}


def test_active_power_goes_before_reactive_power():
    device = storage("s")
    u = device.settle(Values(**device.initial()), Values(p_mw=0.5, q_mvar=0.5), Values(), 1.0)
    assert u["discharge_mw"] == pytest.approx(0.5)
    assert u["q_mvar"] == pytest.approx(np.sqrt(0.55**2 - 0.5**2))
