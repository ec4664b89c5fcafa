"""A generator over random days, checked without its own memory: by counting, differences and hand-made sums."""

from __future__ import annotations

from itertools import groupby, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_devices import GENERATORS, diesel

from gridbench.physics.terms import Values


def day(device, asks, step_h=1.0):
    """The controls of each step when a generator at rest is asked for (on, p_mw, q_mvar)."""
    x, taken = Values(**device.initial()), []
    for on, p_mw, q_mvar in asks:
        u = Values(**device.settle(x, Values(on=on, p_mw=p_mw, q_mvar=q_mvar), Values(), step_h))
        x = Values(**device.advance(x, u, Values(), step_h))
        taken.append(u)
    return taken


asks_of_days = st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.floats(0, 1), st.floats(-1, 1)), min_size=20, max_size=40)
some = pytest.mark.parametrize("device", GENERATORS[::3], ids=lambda d: d.name)


@some
@given(asks=asks_of_days)
def test_runs_and_rests_are_never_shorter_than_the_minimum_times(device, asks):
    runs = [(on, len(list(steps))) for on, steps in groupby(bool(u.on) for u in day(device, asks))]
    for on, length in runs[1:-1]:  # the first rest may have begun earlier, the last run goes on
        assert length >= (device.min_up_steps if on else device.min_down_steps)


@pytest.mark.parametrize("up", range(1, 6))
@pytest.mark.parametrize("down", range(1, 6))
def test_a_unit_told_to_cycle_runs_and_rests_exactly_the_minimum_times(up, down):
    device = diesel("cycle", min_up_steps=up, min_down_steps=down, ramp_mw_per_h=10.0)
    taken, wanted = [], []
    x, on = Values(**device.initial()), 0.0
    for _ in range(40):
        u = Values(**device.settle(x, Values(on=1.0 - on, p_mw=0.132, q_mvar=0.0), Values(), 1.0))
        x, on = Values(**device.advance(x, u, Values(), 1.0)), float(u.on)
        taken.append(on)
    while len(wanted) < 40:
        wanted += [1.0] * up + [0.0] * down
    assert taken == wanted[:40]


@some
@pytest.mark.parametrize("step_h", [0.25, 1.0])
@given(asks=asks_of_days)
def test_power_moves_no_faster_than_the_ramp_while_it_runs(device, step_h, asks):
    taken = day(device, asks, step_h)
    for before, after in pairwise(taken):
        if before.on and after.on:
            assert abs(after.p_mw - before.p_mw) <= device.ramp_mw_per_h * step_h + 1e-9
        if after.start:
            assert after.p_mw <= device.start_mw + 1e-9
        if after.stop:
            assert before.p_mw <= device.start_mw + 1e-9


@some
@given(asks=asks_of_days)
def test_a_running_unit_stays_in_its_capability_and_a_resting_one_gives_nothing(device, asks):
    for u in day(device, asks):
        if u.on:
            apparent = np.hypot(u.p_mw, u.q_mvar)
            assert device.p_min_mw - 1e-9 <= u.p_mw <= device.p_max_mw + 1e-9
            assert apparent <= device.s_max_mva + 1e-9
            assert u.p_mw >= device.power_factor_min * apparent - 1e-9
        else:
            assert abs(u.p_mw) <= 1e-9
            assert abs(u.q_mvar) <= 1e-9


@pytest.mark.parametrize(("p_mw", "usd_per_h"), [(0.0, 0.5011), (0.132, 11.8003), (0.5, 61.7011), (0.66, 91.8451)])
@pytest.mark.parametrize("step_h", [0.25, 1.0])
def test_fuel_costs_what_the_published_formula_says(p_mw, usd_per_h, step_h):
    # 100 P^2 + 72.4 P + 0.5011 by hand: 1.7424 + 9.5568 + 0.5011; 25 + 36.2 + 0.5011; 43.56 + 47.784 + 0.5011
    u = Values(p_mw=p_mw, q_mvar=0.0, on=1.0, start=0.0, stop=0.0)
    money = diesel("g").cost(Values(), u, Values(), step_h)
    assert money == pytest.approx({"generation": step_h * usd_per_h, "start": 0.0})


def test_a_start_is_paid_once_whatever_the_step():
    u = Values(p_mw=0.0, q_mvar=0.0, on=1.0, start=1.0, stop=0.0)
    assert diesel("g").cost(Values(), u, Values(), 0.25)["start"] == 10.0


def test_a_resting_unit_costs_nothing():
    u = Values(p_mw=0.0, q_mvar=0.0, on=0.0, start=0.0, stop=1.0)
    assert sum(diesel("g").cost(Values(), u, Values(), 1.0).values()) == 0.0
