"""Persistence: yesterday is tomorrow's forecast, and its error is stated."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridbench.scenario.series.persistence import error_of, needs_forecast, persistence, with_persistence


@given(days=st.integers(1, 5), day_steps=st.sampled_from([24, 96]))
def test_every_day_but_the_first_is_foreseen_by_the_day_before(days, day_steps):
    values = np.random.default_rng(days).uniform(0, 1, days * day_steps)
    found = persistence(values, day_steps)
    np.testing.assert_array_equal(found[day_steps:], values[:-day_steps] if days > 1 else [])
    np.testing.assert_array_equal(found[:day_steps], values[:day_steps])


def test_only_what_devices_follow_gets_one():
    columns = {name: np.zeros(48) for name in ("load_a", "pv_a", "forecast_pv_a", "wind_a", "price_usd_per_mwh", "temperature_c")}
    assert set(with_persistence(columns, 24)) - set(columns) == {"forecast_load_a", "forecast_wind_a"}
    assert [name for name in columns if needs_forecast(name)] == ["load_a", "pv_a", "wind_a"]


def test_errors_leave_the_first_day_out():
    values = np.concatenate([np.full(24, 9.0), np.zeros(24)])
    assert error_of(values, np.concatenate([np.zeros(24), np.full(24, 0.5)]), 24) == {"mae": 0.5, "rmse": 0.5, "bias": 0.5}
    assert error_of(values[:24], values[:24], 24) == {}
