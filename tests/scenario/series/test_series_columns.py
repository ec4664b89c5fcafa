"""Series and their columns: clean, read-only, cut into windows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.series import Series, freeze
from gridbench.scenario.series.columns import dequantise, kind_of, quantise

HEAD = {"name": "s", "preset": "p", "seed": 1, "step_h": 1.0, "start": "2023-01-01T00:00:00-08:00", "utc_offset_h": -8.0}


def series(**columns):
    return Series(**HEAD, columns={name: np.asarray(values) for name, values in columns.items()})


@given(n=st.integers(1, 50), data=st.data())
def test_window_is_the_slice(n, data):
    whole = series(pv_a=np.linspace(0, 1, n), price_usd_per_mwh=np.arange(n) - 7.0)
    start = data.draw(st.integers(0, n - 1))
    steps = data.draw(st.integers(1, n - start))
    cut = whole.window(start, steps)
    assert cut.keys() == whole.columns.keys()
    for name, values in cut.items():
        assert values.shape == (steps,)
        assert not values.flags.writeable
        np.testing.assert_array_equal(values, whole.columns[name][start : start + steps])


@given(n=st.integers(1, 20), start=st.integers(-30, 30), steps=st.integers(-5, 40))
def test_window_beyond_the_series_is_refused(n, start, steps):
    whole = series(pv_a=np.zeros(n))
    if start >= 0 and steps >= 1 and start + steps <= n:
        assert whole.window(start, steps)["pv_a"].size == steps
    else:
        with pytest.raises(InvalidInput, match="window"):
            whole.window(start, steps)


@given(st.lists(st.floats(-1000, 1000, allow_nan=False), min_size=1, max_size=50))
def test_quantise_is_near_and_settles(values):
    raw = np.array(values)
    stored = quantise("price_usd_per_mwh", raw)
    settled = dequantise("price_usd_per_mwh", stored)
    assert stored.dtype == np.int32
    assert np.abs(settled - raw).max() <= 0.005 + 1e-9
    np.testing.assert_array_equal(quantise("price_usd_per_mwh", settled), stored)


def test_scales():
    assert freeze(series(pv_a=[0.12344]))["pv_a"].tolist() == [1234]
    assert freeze(series(temperature_c=[-3.456]))["temperature_c"].tolist() == [-346]
    assert kind_of("forecast_load_x").scale == 10_000
    with pytest.raises(UnknownName):
        kind_of("humidity")


def test_columns_are_copied_and_locked():
    mine = np.zeros(3)
    whole = series(pv_a=mine)
    mine[0] = 1.0
    assert whole.column("pv_a")[0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        whole.column("pv_a")[0] = 1.0
    with pytest.raises(UnknownName, match="pv_a"):
        whole.column("pv_aa")


def test_bad_columns_are_refused_together():
    columns = {
        "pv_a": np.array([0.1, np.nan]),
        "pv_b": np.array([0.1, 25.0]),
        "wind_a": np.array([0, 1]),
        "humidity": np.zeros(2),
        "load_a": np.zeros(3),
        "forecast_load_b": np.zeros(3),
    }
    bad = {**HEAD, "step_h": 0.0, "start": "2023-01-01T00:00:00"}
    with pytest.raises(InvalidInput) as caught:
        Series(**bad, columns=columns)
    faults = "\n".join(caught.value.faults)
    for told in ("NaN", "25]", "int64", "humidity", "3", "no column 'load_b'", "step_h", "offset"):
        assert told in faults
    for start in ("yesterday", "2023-01-01T00:00:00+01:00"):
        with pytest.raises(InvalidInput, match="start"):
            Series(**{**HEAD, "start": start}, columns={"pv_a": np.zeros(2)})
    with pytest.raises(InvalidInput, match="no column"):
        series()


def test_equality():
    one = series(pv_a=np.array([0.5]))
    assert one == series(pv_a=np.array([0.5]))
    assert one != series(pv_a=np.array([0.6]))
    assert one != series(pv_b=np.array([0.5]))
    assert one != "series"
