"""The simulated forecaster: about as skilled as that of generated years, and blind to days that it may not learn from."""

import dataclasses

import numpy as np
import pytest

from gridbench.scenario.cycle import cycle_days
from gridbench.scenario.series.columns import FORECAST
from gridbench.scenario.series.forecast import Skill
from gridbench.scenario.series.forecaster import with_skill
from gridbench.scenario.series.persistence import error_of, persistence

DAYS = cycle_days(365, first=1)
NAMES = ["pv_a", "pv_c", "wind_a", "load_residential_a", "load_industrial"]


@pytest.fixture(scope="module")
def bare(year):
    return dataclasses.replace(year, columns={name: year.columns[name] for name in (*NAMES, "price_usd_per_mwh")})


@pytest.fixture(scope="module")
def foreseen(bare):
    return with_skill(bare, DAYS["train"], Skill(), 0)


def error(values, forecast, days=range(365)):
    at = np.concatenate([np.arange(24 * day, 24 * day + 24) for day in days])
    return error_of(np.concatenate([np.zeros(24), values[at]]), np.concatenate([np.zeros(24), forecast[at]]), 24)


@pytest.mark.parametrize("name", NAMES)
def test_errors_are_those_of_a_skilled_forecaster(year, foreseen, name):
    """On test days, which it has not learnt from; persistence and the generator's own forecaster for comparison."""
    values = year.columns[name]
    own = error(values, foreseen.columns[FORECAST + name], DAYS["test"])
    generated = error(values, year.columns[FORECAST + name], DAYS["test"])
    naive = error(values, persistence(values, 24), DAYS["test"])
    assert abs(error(values, foreseen.columns[FORECAST + name])["bias"]) < 0.02
    assert abs(own["bias"]) < 0.05  # it leans to what training days are like
    assert own["rmse"] < 0.85 * naive["rmse"]
    assert 0.4 * generated["rmse"] < own["rmse"] < 1.8 * generated["rmse"]


def test_no_sun_is_foreseen_at_night(foreseen):
    night = np.isin(np.arange(8760) % 24, (22, 23, 0, 1, 2))
    assert foreseen.columns["forecast_pv_a"][night].max() == 0.0


def test_perfect_skill_is_perfect(bare):
    found = with_skill(bare, range(365), Skill(pv=1.0, wind=1.0, load_error_sd=0.0), 0)
    for name in NAMES:
        np.testing.assert_allclose(found.columns[FORECAST + name], bare.columns[name], atol=0.012)


def test_it_learns_from_training_days_alone(bare, foreseen):
    at = slice(24 * DAYS["test"][3], 24 * DAYS["test"][3] + 24)
    columns = {name: values.copy() for name, values in bare.columns.items()}
    for name in NAMES:
        columns[name][at] = 0.9 * columns[name][at] + 0.01
    other = with_skill(dataclasses.replace(bare, columns=columns), DAYS["train"], Skill(), 0)
    elsewhere = np.ones(8760, dtype=bool)
    elsewhere[at] = False
    for name in NAMES:
        np.testing.assert_array_equal(other.columns[FORECAST + name][elsewhere], foreseen.columns[FORECAST + name][elsewhere])


def test_a_forecast_that_is_there_stays_and_seeds_differ(year, bare, foreseen):
    assert with_skill(year, DAYS["train"], Skill(), 0) == year
    again, other = with_skill(bare, DAYS["train"], Skill(), 0), with_skill(bare, DAYS["train"], Skill(), 1)
    assert again == foreseen
    assert other != foreseen
