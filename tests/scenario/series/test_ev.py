"""Cars of a site: as many kWh, hours and weekdays as published, every deadline feasible, no energy lost at midnight."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridbench.errors import InvalidInput
from gridbench.physics.devices import EvCharger
from gridbench.physics.terms import Values
from gridbench.scenario.series.clock import Clock
from gridbench.scenario.series.columns import FORECAST
from gridbench.scenario.series.ev import (
    COLUMNS,
    EV_CLASSES,
    MOST_SHARE,
    QUANTUM_H,
    EvSite,
    Sessions,
    cut_at_midnight,
    draw_sessions,
)
from gridbench.scenario.series.frozen import load, save
from gridbench.scenario.series.generator import generate
from gridbench.scenario.series.presets import CAISO_LIKE, Preset

SITES = tuple(EvSite(f"ev_{kind}", kind, 30) for kind in EV_CLASSES)
WEEKS = 4
each_step = pytest.mark.parametrize("step_h", [0.25, 0.5, 1.0])
each_site = pytest.mark.parametrize("site", SITES, ids=lambda site: site.kind)
both = pytest.mark.parametrize("mark", ["", FORECAST], ids=["actual", "forecast"])


@cache
def series(step_h, sites=SITES):
    return generate(replace(CAISO_LIKE, ev_sites=sites), 7, days=7 * WEEKS, step_h=step_h)


def days_of(columns, site, mark=""):
    """The columns of a site, each (days, steps)."""
    return [columns[f"{mark}{site.name}_{name}"].reshape(7 * WEEKS, -1) for name in COLUMNS]


@pytest.mark.parametrize(
    ("kind", "median_kwh", "mean_kwh", "stay_h", "peak_h", "weekday_share"),
    [("workplace", 6.0, 9.2, 4.75, (8, 10), 0.88), ("office", 11.6, 14.4, 7.7, (6, 8), 0.97)],
)
def test_sessions_are_those_published(kind, median_kwh, mean_kwh, stay_h, peak_h, weekday_share):
    clock, site = Clock(date(2023, 1, 1), 364, 0.25), EvSite("ev_x", kind, 100, charger_kw=16.0)
    found = draw_sessions(site, clock, np.random.default_rng(0))
    energy_kwh = found.energy_h * site.charger_kw
    assert np.median(energy_kwh) == pytest.approx(median_kwh, rel=0.03)
    assert energy_kwh.mean() == pytest.approx(mean_kwh, rel=0.05)  # chargers that give what a stay is asked for
    assert np.median(found.end - found.begin) * 0.25 == pytest.approx(stay_h, abs=0.3)
    counts = np.bincount(found.begin % 96 // 8, minlength=12)
    assert peak_h[0] <= 2 * counts.argmax() <= peak_h[1]
    weekday = (clock.first_day.weekday() + found.begin // 96) % 7 < 5
    assert weekday.mean() == pytest.approx(weekday_share, abs=0.01)


@each_site
def test_a_charger_has_one_car_at_a_time_that_asks_for_no_more_than_it_can_get(site):
    clock = Clock(date(2023, 1, 1), 56, 0.25)
    found = draw_sessions(site, clock, np.random.default_rng(1))
    for charger in range(site.chargers):
        own = found.charger == charger
        assert np.all(found.end[own][:-1] <= found.begin[own][1:])
    assert np.all(found.energy_h <= MOST_SHARE * 0.25 * (found.end - found.begin) + 1e-12)
    assert np.all(found.end > found.begin)


@given(
    cars=st.lists(st.tuples(st.integers(-96, 191), st.integers(1, 96), st.floats(0.1, 5.0)), min_size=1, max_size=20)
)
def test_a_stay_over_midnight_becomes_two_that_ask_for_as_much(cars):
    begin, stay = (np.array([car[k] for car in cars], dtype=np.int32) for k in (0, 1))
    whole = Sessions(np.arange(len(cars), dtype=np.int32), begin, begin + stay, np.array([car[2] for car in cars]))
    parts = cut_at_midnight(whole, 96, 288)
    assert np.all(parts.begin // 96 == (parts.end - 1) // 96)
    for n, (first, last, energy) in enumerate(zip(whole.begin, whole.end, whole.energy_h, strict=True)):
        inside = (min(last, 288) - max(first, 0)) / (last - first) if last > 0 else 0.0
        assert parts.energy_h[parts.charger == n].sum() == pytest.approx(energy * inside)


@each_step
@each_site
@both
def test_on_every_day_all_that_is_asked_is_due_and_never_more(step_h, site, mark):
    _, arriving, due, asked = days_of(series(step_h).columns, site, mark)
    np.testing.assert_allclose(arriving.sum(axis=1), due.sum(axis=1), atol=1e-9)
    before = np.cumsum(arriving - due, axis=1) * step_h - (arriving - due) * step_h
    np.testing.assert_allclose(asked, before + step_h * arriving, atol=1e-9)
    assert np.all(asked - step_h * due >= -1e-9)


@each_step
@each_site
@both
def test_at_full_power_every_deadline_is_met(step_h, site, mark):
    charger = EvCharger(name="c", bus="b", power_mw=1.0, cars=site.name, efficiency=0.9, unmet_usd_per_mwh=1.0)
    columns = days_of(series(step_h).columns, site, mark)
    x = Values(backlog_mwh=np.zeros(7 * WEEKS))
    for t in range(columns[0].shape[1]):
        w = Values(**dict(zip(charger.inputs(), (column[:, t] for column in columns), strict=True)))
        u = Values(**charger.settle(x, Values(**charger.at_rest()), w, step_h))
        x = Values(**charger.advance(x, u, w, step_h))
        assert np.max(u.unmet_mwh) <= (2.0 * QUANTUM_H if mark else 1e-9)  # expected cars may be fewer than the rounding
    np.testing.assert_allclose(x.backlog_mwh, 0.0, atol=1e-9)


def test_at_home_cars_are_there_at_midnight_and_at_work_none():
    columns = series(1.0).columns
    plugged = {site.kind: days_of(columns, site)[0][:, 0] for site in SITES}
    assert plugged["home"].mean() > 0.4
    assert max(plugged["workplace"].mean(), plugged["office"].mean()) < 0.03


def test_hours_hold_the_energy_of_their_quarters():
    hours, quarters = series(1.0).columns, series(0.25).columns
    for site in SITES:
        for name in ("arriving", "due", "plugged"):
            fine = quarters[f"{site.name}_{name}"].reshape(-1, 4).mean(axis=1)
            np.testing.assert_allclose(hours[f"{site.name}_{name}"], fine, atol=1e-4)


def test_sites_change_no_other_column_and_frozen_files_keep_them(tmp_path):
    wider, plain = series(0.25), series(0.25, ())
    assert len(wider.columns) == len(plain.columns) + 8 * len(SITES)
    for name, values in plain.columns.items():
        np.testing.assert_array_equal(wider.columns[name], values)
    save(wider, tmp_path / "a.npz")
    assert load(tmp_path / "a.npz") == wider


@each_site
def test_forecasts_are_better_than_the_week_before_and_all_is_known_of_booked_chargers(site):
    told = generate(replace(CAISO_LIKE, ev_sites=(site,)), 3, days=364)
    actual, forecast = (told.columns[f"{mark}{site.name}_asked"] for mark in ("", FORECAST))
    assert abs((forecast - actual).mean()) < 0.05 * actual.mean()
    assert np.abs(forecast - actual).mean() < 0.8 * np.abs(actual[168:] - actual[:-168]).mean()
    booked = generate(replace(CAISO_LIKE, ev_sites=(replace(site, booked_share=1.0),)), 3, days=28)
    for name in COLUMNS:
        np.testing.assert_allclose(booked.columns[f"{FORECAST}{site.name}_{name}"], booked.columns[f"{site.name}_{name}"])


def test_bad_sites_are_refused_together():
    with pytest.raises(InvalidInput) as caught:
        Preset("odd", ev_sites=(EvSite("cars", "hom"), EvSite("ev_a", "home", 0, -1.0, 2.0)))
    assert len(caught.value.faults) == 5
    assert "did you mean 'home'" in str(caught.value)
