"""Devices behind an open breaker: nothing reaches the bus, no limit is ever impossible, minimum times hold all the same."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_devices import BROKEN, GENERATORS, STORAGES, diesel

from gridbench.contracts import walk
from gridbench.physics.reach import excess
from gridbench.physics.terms import Values


@pytest.mark.parametrize("device", BROKEN, ids=lambda d: f"{d.kind}-{d.name}")
@pytest.mark.parametrize("step_h", [0.25, 1.0])
def test_in_every_state_an_open_breaker_keeps_everything_from_the_bus_and_breaks_no_limit(device, step_h):
    for x, ask, w in walk(device, np.random.default_rng(4), 200, step_h=step_h):
        w.connection = 0.0
        u = Values(**device.settle(x, ask, w, step_h))
        assert device.inject(u, w) == pytest.approx((0.0, 0.0), abs=1e-9)
        assert excess(device.limits(x, u, w, step_h)) <= 1e-8


@pytest.mark.parametrize("device", STORAGES, ids=lambda d: d.name)
@given(p_mw=st.floats(-1, 1), q_mvar=st.floats(-1, 1))
def test_a_storage_keeps_its_energy_while_it_is_cut_off(device, p_mw, q_mvar):
    broken, x, w = replace(device, connection="connected"), Values(**device.initial()), Values(connection=0.0)
    u = Values(**broken.settle(x, Values(p_mw=p_mw, q_mvar=q_mvar), w, 1.0))
    assert broken.advance(x, u, w, 1.0) == {"energy_mwh": pytest.approx(x.energy_mwh, abs=1e-12)}


@given(
    asks=st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.floats(0, 1), st.sampled_from([0.0, 1.0])), min_size=20, max_size=40)
)
def test_minimum_times_hold_through_outages_and_a_turning_unit_comes_back_at_its_least(asks):
    device = diesel("g", min_up_steps=3, min_down_steps=2, connection="connected")
    x, runs, before = Values(**device.initial()), [], None
    for on, p_mw, connection in asks:
        w = Values(connection=connection)
        u = Values(**device.settle(x, Values(on=on, p_mw=p_mw, q_mvar=0.0), w, 1.0))
        if u.on and not connection:
            assert u.p_mw == pytest.approx(device.p_min_mw)
            assert device.cost(x, u, w, 1.0)["generation"] == pytest.approx(device.cost_usd_per_h)
        if before == 0.0 and connection and x.on and u.on:
            assert u.p_mw <= device.p_min_mw + device.ramp_mw_per_h + 1e-9
        x, before = Values(**device.advance(x, u, w, 1.0)), connection
        runs.append(bool(u.on))
    lengths = [(on, len(list(steps))) for on, steps in groupby(runs)]
    for on, length in lengths[1:-1]:
        assert length >= (device.min_up_steps if on else device.min_down_steps)


@pytest.mark.parametrize("device", [*GENERATORS[::4], *STORAGES[:2]], ids=lambda d: d.name)
def test_a_closed_breaker_is_none(device):
    broken, closed = replace(device, connection="connected"), Values(connection=1.0)
    for x, ask, _ in walk(device, np.random.default_rng(5), 100):
        u, same = device.settle(x, ask, Values(), 1.0), broken.settle(x, ask, closed, 1.0)
        for name, number in u.items():
            assert same[name] == pytest.approx(number, abs=1e-12)
        chosen = Values(**u)
        assert broken.inject(chosen, closed) == pytest.approx(device.inject(chosen, Values()))
        assert broken.cost(x, chosen, closed, 1.0) == pytest.approx(device.cost(x, chosen, Values(), 1.0))
