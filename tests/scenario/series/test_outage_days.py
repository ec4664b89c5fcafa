"""Outages: one unit at a time, on the days asked for, for hours that nobody foresees."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridbench.scenario.series import Series, save
from gridbench.scenario.series.columns import CONNECTED, FORECAST
from gridbench.scenario.series.outage import FIRST_H, LAST_H, LONGEST_H, SHORTEST_H, with_outages

DAYS = 30


def plain(step_h=1.0, seed=1):
    """A month with one column and its forecast."""
    load = np.round(np.linspace(0.2, 0.9, round(DAYS * 24 / step_h)), 4)
    columns = {"load_a": load, "forecast_load_a": load[::-1].copy()}
    return Series("month", "hand", seed, step_h, "2023-01-01T00:00:00+00:00", 0.0, columns)


def gone(series, units):
    """Which unit is out in which step (units, steps)."""
    return np.array([series.columns[f"{CONNECTED}{unit}"] == 0.0 for unit in units])


seeds = st.integers(0, 2**31)
steps_h = st.sampled_from([0.25, 0.5, 1.0])
crews = st.sampled_from([("a",), ("a", "b"), ("diesel", "storage", "solar")])
calendars = st.lists(st.integers(0, DAYS - 1), unique=True, max_size=12).map(sorted)


@given(seed=seeds, step_h=steps_h, units=crews, days=calendars)
def test_one_unit_is_out_for_hours_of_each_day_asked_for_and_of_no_other(seed, step_h, units, days):
    out = gone(with_outages(plain(step_h, seed), units, days), units)
    assert (out.sum(axis=0) <= 1).all()
    by_day = out.reshape(len(units), DAYS, -1)
    assert sorted(set(np.flatnonzero(by_day.any(axis=(0, 2))).tolist())) == days
    for turn, day in enumerate(days):
        (unit,) = np.flatnonzero(by_day[:, day].any(axis=1))
        assert units[unit] == units[turn % len(units)]
        steps = np.flatnonzero(by_day[unit, day])
        assert (np.diff(steps) == 1).all()
        assert SHORTEST_H <= len(steps) * step_h <= LONGEST_H
        assert FIRST_H <= steps[0] * step_h <= LAST_H


@given(seed=seeds, units=crews, days=calendars)
def test_a_breaker_is_open_or_closed_and_nothing_else_changes(seed, units, days):
    before = plain(seed=seed)
    after = with_outages(before, units, days)
    assert set(after.columns) == set(before.columns) | {f"{CONNECTED}{unit}" for unit in units}
    assert not any(name.startswith(FORECAST + CONNECTED) for name in after.columns)
    assert all(np.array_equal(after.columns[name], values) for name, values in before.columns.items())
    assert all(set(np.unique(after.columns[f"{CONNECTED}{unit}"])) <= {0.0, 1.0} for unit in units)


@given(seed=seeds, units=crews, days=calendars)
def test_the_same_seed_gives_the_same_bytes(seed, units, days, tmp_path_factory):
    folder = tmp_path_factory.mktemp("outages")
    first, second = folder / "first.npz", folder / "second.npz"
    for path in (first, second):
        save(with_outages(plain(seed=seed), units, days), path)
    assert first.read_bytes() == second.read_bytes()


def test_another_seed_gives_other_hours():
    found = {gone(with_outages(plain(seed=seed), ("a",), range(DAYS)), ("a",)).tobytes() for seed in range(8)}
    assert len(found) == 8


def test_without_units_a_series_stays_as_it_is():
    assert with_outages(plain(), (), range(DAYS)).columns.keys() == plain().columns.keys()
