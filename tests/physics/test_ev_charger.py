"""A charger over random days: contracts, no energy from nowhere, and the cars as aggregated are the cars one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_devices import CHARGERS, charger

from gridbench.contracts import complete, faithful, sound
from gridbench.physics.devices import EvCharger
from gridbench.physics.reach import least_slacks
from gridbench.physics.terms import Values

each_charger = pytest.mark.parametrize("device", CHARGERS, ids=lambda d: d.name)
each_step = pytest.mark.parametrize("step_h", [0.25, 1.0])


def cars(step_h):
    """Weather whose cars leave with no more than they asked for."""

    def drawn(rng):
        arriving = float(rng.choice([0.0, 0.3, rng.uniform(0.0, 3.0)]))
        asked = float(rng.choice([0.0, rng.uniform(0.0, 8.0)])) + step_h * arriving
        due = asked / step_h * float(rng.choice([0.0, 1.0, rng.random()]))
        plugged = float(rng.choice([0.0, 1.0, rng.random()]))
        return Values(plugged_pu=plugged, arriving_pu=arriving, due_pu=due, asked_h=asked)

    return drawn


@each_charger
@each_step
def test_a_charger_keeps_the_contracts(device, step_h):
    for contract, rounds in ((sound, 200), (faithful, 200), (complete, 8)):
        contract(device, np.random.default_rng(1), rounds, step_h=step_h, weather=cars(step_h))


sessions = st.lists(
    st.tuples(st.integers(0, 11), st.integers(1, 8), st.floats(0.05, 0.9)), min_size=1, max_size=6
).map(lambda found: [(begin, min(begin + stay, 12), share) for begin, stay, share in found])
"""First step, step after the last, and the share that is asked of what one of six chargers gives in between."""


def day_of(cars_of_day, step_h):
    """The columns of a day of 12 steps, by the table of the class."""
    plugged, arriving, due = np.zeros((3, 12))
    for begin, end, share in cars_of_day:
        plugged[begin:end] += 1 / 6
        arriving[begin] += share * (end - begin) / 6
        due[end - 1] += share * (end - begin) / 6
    before = np.concatenate([[0.0], np.cumsum(arriving - due)[:-1]]) * step_h
    return [
        Values(plugged_pu=p, arriving_pu=a, due_pu=d, asked_h=max(b + step_h * a, step_h * d))
        for p, a, d, b in zip(plugged, arriving, due, before, strict=True)
    ]


def run(device, day, ceilings, step_h):
    x, taken = Values(**device.initial()), []
    for w, ceiling in zip(day, ceilings, strict=True):
        u = Values(**device.settle(x, Values(charge_ceiling_mw=ceiling, q_mvar=0.0), w, step_h))
        x = Values(**device.advance(x, u, w, step_h))
        taken.append(u)
    return x, taken


@each_step
@given(cars_of_day=sessions, ceilings=st.lists(st.floats(0.0, 0.2), min_size=12, max_size=12))
def test_all_that_is_asked_is_charged_or_unmet_by_the_end_of_the_day(step_h, cars_of_day, ceilings):
    device = charger("c")
    x, taken = run(device, day_of(cars_of_day, step_h), ceilings, step_h)
    asked = sum(share * (end - begin) for begin, end, share in cars_of_day) * step_h * device.power_mw / 6
    charged = sum(device.efficiency * u.charge_mw for u in taken) * step_h
    assert x.backlog_mwh == pytest.approx(0.0, abs=1e-9)
    assert charged + sum(u.unmet_mwh for u in taken) == pytest.approx(asked, abs=1e-9)


@each_step
@given(cars_of_day=sessions)
def test_nothing_is_unmet_where_every_car_is_charged_from_its_arrival(step_h, cars_of_day):
    device = charger("c")
    idle = device.at_rest()["charge_ceiling_mw"]
    _, taken = run(device, day_of(cars_of_day, step_h), [idle] * 12, step_h)
    assert idle == device.power_mw
    assert sum(u.unmet_mwh for u in taken) == pytest.approx(0.0, abs=1e-9)


@each_step
@given(cars_of_day=sessions, ceilings=st.lists(st.floats(0.0, 0.2), min_size=12, max_size=12))
def test_the_fleet_leaves_no_more_unmet_than_its_cars_one_by_one_in_order_of_departure(step_h, cars_of_day, ceilings):
    device = charger("c", efficiency=1.0)
    _, taken = run(device, day_of(cars_of_day, step_h), ceilings, step_h)
    left = [share * (end - begin) * step_h * device.power_mw / 6 for begin, end, share in cars_of_day]
    unmet = 0.0
    for t, ceiling in enumerate(ceilings):
        budget, own = ceiling * step_h, device.power_mw / 6 * step_h
        for k in sorted(range(len(left)), key=lambda k: cars_of_day[k][1]):
            begin, end, _ = cars_of_day[k]
            if begin <= t < end:
                given_mwh = min(left[k], own, budget)
                left[k], budget = left[k] - given_mwh, budget - given_mwh
        for k, (_, end, _) in enumerate(cars_of_day):
            if end == t + 1:
                unmet, left[k] = unmet + left[k], 0.0
    assert sum(u.unmet_mwh for u in taken) <= unmet + 1e-9


def test_what_leaving_cars_lack_is_paid_once():
    device = charger("c")
    w = Values(plugged_pu=1.0, arriving_pu=0.5, due_pu=0.5, asked_h=0.5)
    x = Values(**device.initial())
    u = Values(**device.settle(x, Values(charge_ceiling_mw=0.0), w, 1.0))
    assert device.cost(x, u, w, 1.0) == {"unserved": pytest.approx(800.0 * 0.1)}
    assert device.advance(x, u, w, 1.0)["backlog_mwh"] == pytest.approx(0.0)


def test_a_car_that_comes_in_the_dark_is_turned_away():
    w = Values(plugged_pu=1.0, arriving_pu=0.5, due_pu=0.1, asked_h=2.0)
    assert charger("c").blackout_cost(w, 0.25) == pytest.approx(800.0 * 0.25 * 0.1)


@pytest.mark.parametrize(("last", "usd"), [(0.0, 0.0), (0.3, 240.0)])
def test_what_is_still_asked_at_the_end_of_an_episode_is_missing(last, usd):
    device, ends = charger("c"), (Values(backlog_mwh=0.0), Values(backlog_mwh=last))
    slack = Values(**least_slacks(device.closing(), lambda s: device.closing_limits(*ends, s)))
    assert device.closing_cost(slack) == {"missing_energy": pytest.approx(usd)}


def test_a_charger_whose_converter_is_too_small_is_refused():
    assert charger("c", s_max_mva=0.1).faults() == ["power_mw must not be above s_max_mva"]
    assert "q_mvar" not in EvCharger(name="c", bus="b", cars="ev", power_mw=0.2, unmet_usd_per_mwh=1.0).asks()
