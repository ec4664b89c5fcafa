"""The generator: the same inputs give the same columns, and no column depends on its neighbours."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.series import content_digest
from gridbench.scenario.series.generator import generate, generate_region
from gridbench.scenario.series.load_shape import LoadSite
from gridbench.scenario.series.noise import ou_path, stream
from gridbench.scenario.series.presets import CAISO_LIKE, NW_EUROPE, PRESETS, Preset, preset_named, shifted
from gridbench.scenario.series.pv import PvSite

SITES = [
    *("pv_a", "pv_b", "pv_c", "wind_a", "wind_b", "wind_c"),
    *("load_residential_a", "load_residential_b", "load_commercial", "load_industrial"),
]


def test_columns_of_the_default_preset(year):
    expected = {"temperature_c", "price_usd_per_mwh", *SITES, *(f"forecast_{name}" for name in SITES)}
    assert set(year.columns) == expected
    assert (year.n, year.step_h, year.start, year.utc_offset_h) == (8760, 1.0, "2023-01-01T00:00:00-08:00", -8.0)


def test_same_seed_same_year_and_another_seed_another(week):
    again, other = generate(CAISO_LIKE, 7, days=7), generate(CAISO_LIKE, 8, days=7)
    assert content_digest(again) == content_digest(week)
    assert again == week
    assert other != week
    for name in week.columns:
        assert not np.array_equal(week.columns[name], other.columns[name])


@pytest.mark.parametrize(
    "more",
    [
        {"pv_sites": (PvSite("pv_new", 10.0), *CAISO_LIKE.pv_sites)},
        {"wind_sites": ("wind_new", *CAISO_LIKE.wind_sites)},
        {"load_sites": (LoadSite("load_new", "commercial"), *CAISO_LIKE.load_sites)},
    ],
)
def test_a_new_site_changes_no_other_column(week, more):
    wider = generate(dataclasses.replace(CAISO_LIKE, **more), 7, days=7)
    assert len(wider.columns) == len(week.columns) + 2
    for name, values in week.columns.items():
        np.testing.assert_array_equal(wider.columns[name], values)


def test_a_site_may_be_dropped(week):
    narrow = generate(dataclasses.replace(CAISO_LIKE, pv_sites=(), wind_sites=("wind_c",)), 7, days=7)
    np.testing.assert_array_equal(narrow.columns["wind_c"], week.columns["wind_c"])
    np.testing.assert_array_equal(narrow.columns["price_usd_per_mwh"], week.columns["price_usd_per_mwh"])


def test_hours_are_means_of_quarters(week):
    quarters = generate(CAISO_LIKE, 7, days=7, step_h=0.25)
    assert quarters.n == 4 * week.n
    for name, values in week.columns.items():
        half_unit = 0.01 if name[:5] in ("price", "tempe") else 1e-4
        assert np.abs(quarters.columns[name].reshape(-1, 4).mean(axis=1) - values).max() <= 1.01 * half_unit


def test_no_sun_at_night_and_sites_resemble_each_other(year):
    night = np.isin(np.arange(year.n) % 24, (22, 23, 0, 1, 2, 3))
    assert year.columns["pv_a"][night].max() == 0.0
    for left, right in pairwise(["wind_a", "wind_b", "wind_c"]):
        assert 0.7 < np.corrcoef(year.columns[left], year.columns[right])[0, 1] < 0.98


def test_the_region_pays_the_same_price(week):
    region = generate_region(CAISO_LIKE, 7, days=7)
    assert set(region) == {"load_region", "pv_region", "wind_region", "net_region", "price_usd_per_mwh"}
    np.testing.assert_array_equal(region["price_usd_per_mwh"], week.columns["price_usd_per_mwh"])


def test_europe_pays_in_euro():
    week = generate(NW_EUROPE, 1, days=7)
    assert "price_eur_per_mwh" in week.columns
    assert week.start == "2023-01-01T00:00:00+01:00"


def test_bad_arguments_are_refused_together():
    with pytest.raises(InvalidInput) as caught:
        generate(CAISO_LIKE, -1, days=0, step_h=0.7)
    assert len(caught.value.faults) == 3


def test_bad_sites_are_refused_together():
    with pytest.raises(InvalidInput) as caught:
        Preset("odd", wind_sites=("pv_a", "wind_"), load_sites=(LoadSite("load_x", "rural"),))
    assert len(caught.value.faults) == 4


def test_presets_by_name():
    assert set(PRESETS) == {"caiso_like", "nw_europe"}
    assert preset_named("nw_europe") is NW_EUROPE
    assert preset_named("caiso_like_shifted") == shifted(CAISO_LIKE)
    with pytest.raises(UnknownName, match="did you mean 'caiso_like'"):
        preset_named("caiso_lik")


@pytest.mark.parametrize("smooth_h", [0.0, 0.7])
def test_noise_is_unit_and_forgets(smooth_h):
    path = ou_path(stream(1, "noise"), 400_000, 5.0, 0.25, smooth_h)
    assert path.std() == pytest.approx(1.0, abs=0.02)
    assert abs(path.mean()) < 0.05
    remembered = np.mean(path[20:] * path[:-20])
    assert remembered == pytest.approx(np.exp(-(5.0 - smooth_h) / 5.0), abs=0.03)
    if smooth_h:
        assert np.diff(path).std() < 0.6 * np.diff(ou_path(stream(1, "noise"), 400_000, 5.0, 0.25)).std()


def test_streams_are_told_apart_by_name_and_seed():
    first = stream(1, "a").standard_normal(4)
    np.testing.assert_array_equal(first, stream(1, "a").standard_normal(4))
    assert not np.array_equal(first, stream(1, "b").standard_normal(4))
    assert not np.array_equal(first, stream(2, "a").standard_normal(4))


def test_a_forecast_of_a_saturated_plant_is_its_rating():
    quarters = generate(CAISO_LIKE, 1000, step_h=0.25)
    assert max(quarters.columns[f"forecast_{name}"].max() for name in SITES[:6]) == 1.0
