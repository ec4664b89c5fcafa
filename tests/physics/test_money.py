"""The money of the other devices and of the network limits, against sums made by hand."""

from __future__ import annotations

import pytest
from sample_devices import LOADS, RENEWABLES, STEPPED, TIES

from gridbench.physics.devices import LoadingLimit, VoltageBand
from gridbench.physics.terms import Values

TIE = TIES[0]


def settled(device, ask=None, w=None, x=None, step_h=1.0):
    x, ask, w = (part or Values() for part in (x, ask, w))
    u = Values(**device.settle(x, ask, w, step_h))
    return u, device.cost(x, u, w, step_h)


@pytest.mark.parametrize("step_h", [0.25, 1.0])
def test_energy_is_bought_at_the_price_and_delivery_and_sold_at_a_share_of_both(step_h):
    w = Values(price_usd_per_mwh=40.0)
    _, bought = settled(TIE, Values(p_mw=2.0, q_mvar=0.0), w, step_h=step_h)
    _, sold = settled(TIE, Values(p_mw=-1.0, q_mvar=0.0), w, step_h=step_h)
    assert bought == pytest.approx({"import": step_h * 130.0, "export": 0.0, "tie_overload": 0.0})
    assert sold == pytest.approx({"import": 0.0, "export": -step_h * 58.5, "tie_overload": 0.0})


def test_a_negative_price_pays_the_buyer():
    _, money = settled(TIE, Values(p_mw=1.0, q_mvar=0.0), Values(price_usd_per_mwh=-45.0))
    assert money["import"] == pytest.approx(-20.0)


def test_apparent_power_above_the_rating_is_priced_relative_to_it():
    _, money = settled(TIE, Values(p_mw=3.0, q_mvar=-4.0), Values(price_usd_per_mwh=0.0))
    assert money["tie_overload"] == pytest.approx(1000.0)  # 5 MVA on 2.5 MVA is an overload of 1


def test_shed_load_costs_its_value_and_sheds_at_constant_power_factor():
    device, w = LOADS[1], Values(demand_pu=1.2)
    u, money = settled(device, Values(shed_mw=0.09), w)
    assert money == {"unserved": pytest.approx(450.0)}
    assert device.inject(u, w) == pytest.approx((-0.27, -0.09))


@pytest.mark.parametrize("device", LOADS, ids=lambda d: d.name)
def test_a_load_in_the_dark_costs_the_value_of_its_whole_demand(device):
    assert device.blackout_cost(Values(demand_pu=0.5), 0.25) == pytest.approx(0.25 * device.lost_load_usd_per_mwh * 0.15)


@pytest.mark.parametrize("device", STEPPED, ids=lambda d: d.name)
def test_each_step_of_movement_is_paid_in_both_directions(device):
    low, high = device.positions()[:2]
    for start, end in ((low, high), (high, low), (high, high)):
        _, money = settled(device, Values(position=float(end)), x=Values(position=float(start)))
        assert money == {"switching": pytest.approx(device.move_usd() * abs(end - start))}


@pytest.mark.parametrize("device", RENEWABLES, ids=lambda d: d.name)
def test_a_renewable_gives_what_is_available_below_its_ceiling(device):
    for available, ceiling, p_mw in ((0.5, 0.6, 0.3), (0.5, 0.2, 0.2), (0.0, 0.6, 0.0), (1.3, 0.6, 0.6)):
        u, money = settled(device, Values(p_ceiling_mw=ceiling, q_mvar=0.0), Values(available_pu=available))
        assert u.p_mw == pytest.approx(p_mw)
        assert money == {}


@pytest.mark.parametrize(("v_pu", "usd"), [(1.0, 0.0), (0.95, 0.0), (0.94, 189.0), (1.06, 211.0)])
def test_voltage_outside_the_band_is_priced_on_its_square(v_pu, usd):
    band = VoltageBand(v_min_pu=0.95, v_max_pu=1.05, excess_usd_per_pu2_h=20000.0)
    # 0.95^2 - 0.94^2 = 0.0189, 1.06^2 - 1.05^2 = 0.0211
    _, money = settled(band, w=Values(u_pu2=v_pu**2), step_h=0.5)
    assert money == {"voltage": pytest.approx(usd, abs=1e-9)}


@pytest.mark.parametrize(("loading", "usd"), [(0.5, 0.0), (1.0, 0.0), (1.5, 125.0), (2.0, 300.0)])
def test_loading_above_the_rating_is_priced_on_its_square(loading, usd):
    _, money = settled(LoadingLimit(excess_usd_per_h=100.0), w=Values(l_pu2=loading**2))
    assert money == {"loading": pytest.approx(usd)}
