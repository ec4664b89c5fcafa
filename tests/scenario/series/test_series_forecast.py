"""Day-ahead forecasts are unbiased, as good as stated, and built from one formula."""

import dataclasses

import numpy as np
import pytest

from gridbench.scenario.series.forecast import Skill, expected
from gridbench.scenario.series.generator import generate
from gridbench.scenario.series.presets import CAISO_LIKE

NAMES = [site.name for site in CAISO_LIKE.pv_sites] + list(CAISO_LIKE.wind_sites) + [site.name for site in CAISO_LIKE.load_sites]


def pooled(years, name):
    actual = np.concatenate([year.columns[name] for year in years])
    return actual, np.concatenate([year.columns[f"forecast_{name}"] for year in years])


@pytest.mark.parametrize("name", NAMES)
def test_no_bias_over_years(years, name):
    actual, forecast = pooled(years, name)
    assert abs(float((forecast - actual).mean())) < 0.006


@pytest.mark.parametrize("name", NAMES)
def test_what_follows_a_forecast_is_on_average_that_forecast(years, name):
    actual, forecast = pooled(years, name)
    tenths = np.array_split(np.argsort(forecast, kind="stable"), 10)
    away = [float((actual[tenth] - forecast[tenth]).mean()) for tenth in tenths]
    assert np.abs(away).max() < 0.03


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("pv_")])
def test_pv_error_by_day(years, name):
    actual, forecast = pooled(years, name)
    day = actual + forecast > 0.01
    assert 0.06 < np.sqrt(((forecast - actual)[day] ** 2).mean()) < 0.14


@pytest.mark.parametrize("name", CAISO_LIKE.wind_sites)
def test_wind_error(years, name):
    actual, forecast = pooled(years, name)
    assert 0.11 < np.sqrt(((forecast - actual) ** 2).mean()) < 0.15


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("load_")])
def test_load_error(years, name):
    actual, forecast = pooled(years, name)
    assert 0.018 < (np.abs(forecast - actual) / actual).mean() < 0.025


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("load_")])
def test_better_than_the_forecast_of_yesterday(years, name):
    actual, forecast = pooled(years, name)
    yesterday = np.abs(actual[24:] - actual[:-24]).mean()
    assert np.abs(forecast - actual).mean() < 0.8 * yesterday


def test_perfect_skill_foresees():
    rng = np.random.default_rng(0)
    latent, error = rng.standard_normal((2, 100))
    np.testing.assert_allclose(expected(np.tanh, latent, 1.0, error), np.tanh(latent), atol=1e-14)


def test_no_skill_gives_the_mean_whatever_happens():
    rng = np.random.default_rng(0)
    latent, error = rng.standard_normal((2, 100))
    np.testing.assert_allclose(expected(lambda z: np.exp(0.1 * z), latent, 0.0, error), np.exp(0.005), rtol=1e-12)


def test_quadrature_is_the_closed_form_of_a_lognormal():
    rng = np.random.default_rng(0)
    latent, error = rng.standard_normal((2, 100))
    centre = 0.9 * (0.9 * latent + np.sqrt(0.19) * error)
    exact = np.exp(0.075 * centre + 0.075**2 * 0.19 / 2)
    np.testing.assert_allclose(expected(lambda z: np.exp(0.075 * z), latent, 0.9, error), exact, rtol=1e-12)


def test_a_perfect_preset_forecasts_the_columns():
    perfect = dataclasses.replace(CAISO_LIKE, skill=Skill(pv=1.0, wind=1.0, load_error_sd=0.0))
    week = generate(perfect, 3, days=7)
    for name in NAMES:
        assert np.abs(week.columns[name] - week.columns[f"forecast_{name}"]).max() <= 1.01e-4
