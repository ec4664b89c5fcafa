"""A flexible load over random days: demand is served, owed or faded, and idle it follows its profile."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_devices import FLEXIBLE, flexible

from gridbench.physics.reach import least_slacks
from gridbench.physics.terms import Values

each_load = pytest.mark.parametrize("device", FLEXIBLE, ids=lambda d: d.name)
days = st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 1.4)), min_size=1, max_size=30)


def run(device, day, step_h):
    x = Values(**device.initial())
    for later_mw, demand_pu in day:
        w = Values(demand_pu=demand_pu)
        u = Values(**device.settle(x, Values(later_mw=later_mw), w, step_h))
        yield x, u, w
        x = Values(**device.advance(x, u, w, step_h))
    yield x, None, None


@each_load
@pytest.mark.parametrize("step_h", [0.25, 1.0])
@given(day=days)
def test_what_is_not_served_is_owed_or_has_faded(device, step_h, day):
    *steps, (last, _, _) = run(device, day, step_h)
    unserved_mwh = sum((device.demand(w) + device.inject(u, w)[0]) * step_h for _, u, w in steps)
    faded_mwh = sum(device.fades_per_h * step_h * x.owed_mwh for x, _, _ in steps)
    assert last.owed_mwh == pytest.approx(unserved_mwh - faded_mwh, abs=1e-9)
    for _, u, w in steps:
        served = -device.inject(u, w)[0]
        assert device.share_min * device.demand(w) - 1e-9 <= served <= device.share_max * device.demand(w) + 1e-9


@each_load
@given(demands=st.lists(st.floats(0, 1.4), min_size=1, max_size=10))
def test_left_alone_it_follows_its_profile_at_its_power_factor(device, demands):
    for _, u, w in list(run(device, [(device.at_rest()["later_mw"], one) for one in demands], 1.0))[:-1]:
        assert device.inject(u, w) == pytest.approx((-device.p_mw * w.demand_pu, -device.q_mvar * w.demand_pu))


def test_energy_put_off_and_caught_up_pays_its_discomfort_once():
    device, w = flexible("f", discomfort_usd_per_mwh=10.0), Values(demand_pu=1.0)
    usd = [
        device.cost(Values(), Values(later_mw=later, sooner_mw=sooner), w, 0.5)["wear"]
        for later, sooner in ((0.1, 0.0), (0.0, 0.1))
    ]
    assert sum(usd) == pytest.approx(10.0 * 0.05)


@pytest.mark.parametrize(("last", "usd"), [(0.3, 60.0), (0.0, 0.0), (-0.3, 0.0)])
def test_a_debt_at_the_end_is_priced_and_an_advance_earns_nothing(last, usd):
    device, ends = flexible("f"), (Values(owed_mwh=0.0), Values(owed_mwh=last))
    slack = Values(**least_slacks(device.closing(), lambda s: device.closing_limits(*ends, s)))
    assert device.closing_cost(slack) == {"missing_energy": pytest.approx(usd)}


def test_no_more_is_owed_than_may_be():
    device = flexible("f", shift_mwh=0.1)
    steps = list(run(device, [(1.0, 1.0)] * 3, 1.0))
    assert [u.later_mw for _, u, _ in steps[:-1]] == pytest.approx([0.1, 0.0, 0.0])
    assert device.blackout_cost(Values(demand_pu=0.5), 0.25) == pytest.approx(0.25 * 5000.0 * 0.15)
    assert not np.isnan(steps[-1][0].owed_mwh)
