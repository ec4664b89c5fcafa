"""Calendars: splits share neither days nor weather, outages stand where the calendar puts them, files are those of the seeds."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridbench.scenario.series import load
from gridbench.scenario.series.calendar import CONTINGENCY, SHIFTED, YEAR, Calendar, split_tables
from gridbench.scenario.series.columns import CONNECTED, FORECAST
from gridbench.scenario.series.generator import generate
from gridbench.scenario.series.presets import CAISO_LIKE, shifted
from gridbench.scenario.series.season import SEASONS

UNITS = ("diesel", "storage")
COLUMNS = ("price_usd_per_mwh", "load_residential_a", "pv_a")

calendars = st.builds(
    Calendar,
    st.just(CAISO_LIKE),
    seed=st.integers(0, 10_000),
    train_years=st.integers(1, 5),
    validation_every=st.integers(3, 60),
    test_every=st.integers(3, 60),
    stress_days=st.integers(1, 20),
)
few = settings(max_examples=6)  # each generates a year


@given(calendar=calendars, units=st.sampled_from([(), UNITS]))
@few
def test_no_day_is_in_two_splits(calendar, units):
    splits = calendar.splits(units)
    assert len({split.name for split in splits}) == len(splits)
    for one, other in combinations(splits, 2):
        if set(one.years) & set(other.years):
            assert one.days is not None
            assert other.days is not None
            assert not set(one.days) & set(other.days), (one.name, other.name)
    for split in splits:
        days = split.days or ()
        assert list(days) == sorted(set(days))
        assert all(0 <= day < YEAR * len(split.years) for day in days)


@given(calendar=calendars)
@few
def test_years_have_seeds_of_their_own_and_each_is_used(calendar):
    seeds = calendar.seeds()
    assert len(set(seeds.values())) == len(seeds)
    splits = calendar.splits(UNITS)
    assert {year for split in splits for year in split.years} == set(seeds)
    stressed = {*SEASONS, CONTINGENCY}
    for one, other in combinations(splits, 2):
        if not {one.name, other.name} <= stressed:
            assert not set(one.years) & set(other.years), (one.name, other.name)


@given(calendar=calendars)
@few
def test_stress_has_as_many_days_as_asked_for(calendar):
    counts = {split.name: len(split.days) for split in calendar.splits(UNITS) if split.name in {*SEASONS, CONTINGENCY, SHIFTED}}
    assert counts == dict.fromkeys([*SEASONS, CONTINGENCY, SHIFTED], calendar.stress_days)
    assert CONTINGENCY not in {split.name for split in calendar.splits()}


@pytest.fixture(scope="module")
def calendar():
    return Calendar(CAISO_LIKE, seed=40, train_years=1, stress_days=5)


@pytest.fixture(scope="module")
def written(calendar, tmp_path_factory):
    folder, told = tmp_path_factory.mktemp("calendar"), []
    calendar.write(folder, COLUMNS, UNITS, lambda *progress: told.append(progress))
    return folder, told


def test_every_year_is_written_and_told(calendar, written):
    folder, told = written
    years = list(calendar.seeds())
    assert sorted(path.stem for path in folder.iterdir()) == sorted(years)
    assert told == [(year, done, len(years)) for done, year in enumerate(years, start=1)]


def test_columns_are_those_wanted_with_their_forecasts_and_breakers(written):
    folder, _ = written
    wanted = {
        *COLUMNS,
        *(FORECAST + name for name in COLUMNS if not name.startswith("price_")),
        *(CONNECTED + unit for unit in UNITS),
    }
    for path in folder.iterdir():
        assert set(load(path).columns) == wanted


def test_weather_is_that_of_the_seed_and_of_no_other_split(calendar, written):
    folder, _ = written
    series = {year: load(folder / f"{year}.npz") for year in calendar.seeds()}
    for year, seed in calendar.seeds().items():
        own = generate(shifted(CAISO_LIKE) if year == SHIFTED else CAISO_LIKE, seed)
        assert all(np.array_equal(series[year].columns[name], own.columns[name]) for name in COLUMNS)
    for one, other in combinations(series.values(), 2):
        for name in COLUMNS:
            days = [values.columns[name].reshape(YEAR, 24) for values in (one, other)]
            assert not (days[0] == days[1]).all(axis=1)[days[0].any(axis=1)].any(), (one.name, other.name, name)


def test_a_unit_is_out_on_each_day_of_its_split_and_nowhere_else(calendar, written):
    folder, _ = written
    (out,) = [split.days for split in calendar.splits(UNITS) if split.name == CONTINGENCY]
    for year in calendar.seeds():
        columns = load(folder / f"{year}.npz").columns
        closed = np.array([columns[CONNECTED + unit] for unit in UNITS]).reshape(len(UNITS), YEAR, 24)
        assert ((1.0 - closed).sum(axis=0) <= 1.0).all()
        assert np.flatnonzero((closed == 0.0).any(axis=(0, 2))).tolist() == (list(out) if year == "stress" else [])


def test_the_same_calendar_gives_the_same_bytes(calendar, written, tmp_path):
    folder, _ = written
    calendar.write(tmp_path, COLUMNS, UNITS)
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    replace(calendar, seed=41).write(tmp_path / "other", COLUMNS, UNITS)
    assert all((tmp_path / "other" / path.name).read_bytes() != path.read_bytes() for path in folder.iterdir())


def test_tables_say_what_the_splits_are(calendar):
    splits = calendar.splits(UNITS)
    tables = tomllib.loads(split_tables(splits, "years"))["split"]
    assert [table["name"] for table in tables] == [split.name for split in splits]
    for table, split in zip(tables, splits, strict=True):
        assert table["series"] == [f"years/{year}.npz" for year in split.years]
        assert tuple(table.get("days", ())) == (split.days or ())
        assert ("days" in table) == (split.days is not None)
