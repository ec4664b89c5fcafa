"""Seasons: the days chosen lie in their months, and none that was left out would have been a better choice."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridbench.scenario.series import Series
from gridbench.scenario.series.generator import generate
from gridbench.scenario.series.presets import CAISO_LIKE, NW_EUROPE
from gridbench.scenario.series.season import SEASONS, season_days

START = "2023-01-01T00:00:00+00:00"


def year(seed, step_h, columns):
    """A year of numbers at random."""
    rng, n = np.random.default_rng(seed), round(365 * 24 / step_h)
    drawn = {name: np.round(rng.random(n), 4) for name in columns}
    return Series("year", "hand", seed, step_h, START, 0.0, drawn | {f"forecast_{name}": 1.0 - v for name, v in drawn.items()})


def months(series):
    first = datetime.fromisoformat(series.start)
    return np.array([(first + timedelta(days=day)).month for day in range(365)])


def figure(series, season):
    """What ranks the days of a season, larger is better, from the columns themselves (365,)."""

    def mean(prefix):
        own = [values.reshape(365, -1).mean(axis=1) for name, values in series.columns.items() if name.startswith(prefix)]
        return sum(own) / len(own) if own else np.zeros(365)

    return mean("load_") if SEASONS[season].largest else mean("pv_") + mean("wind_") - mean("load_")


def assert_best(series, count):
    found = season_days(series, count)
    assert list(found) == list(SEASONS)
    month = months(series)
    for season, days in found.items():
        assert len(set(days)) == len(days) == count
        assert list(days) == sorted(days)
        assert set(month[list(days)]) <= set(SEASONS[season].months)
        left_out = [day for day in np.flatnonzero(np.isin(month, SEASONS[season].months)) if day not in days]
        rank = figure(series, season)
        assert rank[left_out].max() <= rank[list(days)].min() + 1e-12


@given(
    seed=st.integers(0, 2**31),
    step_h=st.sampled_from([0.5, 1.0]),
    count=st.integers(1, 20),
    columns=st.sampled_from(
        [("load_a",), ("load_a", "pv_a"), ("load_a", "load_b", "pv_a", "wind_a"), ("load_a", "wind_a", "wind_b")]
    ),
)
def test_no_day_of_the_months_has_a_larger_figure(seed, step_h, count, columns):
    assert_best(year(seed, step_h, columns), count)


@pytest.mark.parametrize("preset", [CAISO_LIKE, NW_EUROPE], ids=lambda preset: preset.name)
def test_of_a_generated_year(preset):
    assert_best(generate(preset, 501), 8)


def test_seasons_share_no_month():
    named = [month for season in SEASONS.values() for month in season.months]
    assert len(named) == len(set(named))
