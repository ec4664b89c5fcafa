"""The German year: the calendar of load profiles, and plants under the weather of a reference year."""

from datetime import date

import numpy as np
import pytest
from invented_wheels import demandlib_wheel, reference_year, slp

from gridbench.errors import InvalidInput
from gridbench.scenario.series.sources.bdew import profile_year, read_profiles
from gridbench.scenario.series.sources.german import german_year
from gridbench.scenario.series.sources.german_calendar import day_type, easter, season
from gridbench.scenario.series.sources.try2010 import read_reference_year, region_file
from gridbench.scenario.series.wind import farm_power


@pytest.mark.parametrize(("year", "day"), [(2000, (4, 23)), (2016, (3, 27)), (2019, (4, 21)), (2024, (3, 31)), (2038, (4, 25))])
def test_easter(year, day):
    assert easter(year) == date(year, *day)


def test_kinds_of_days():
    assert day_type(date(2019, 4, 19)) == 7  # Good Friday
    assert day_type(date(2019, 5, 30)) == 7  # Ascension
    assert day_type(date(2019, 12, 24)) == 6
    assert day_type(date(2023, 12, 24)) == 7  # a Sunday
    assert day_type(date(2019, 4, 17)) == 3
    found = [season(date(2019, *day)) for day in ((3, 20), (3, 21), (5, 14), (5, 15), (9, 14), (9, 15), (10, 31), (11, 1))]
    assert found == ["winter", *["transition"] * 2, *["summer"] * 2, *["transition"] * 2, "winter"]


def test_profiles_follow_legal_time():
    year = profile_year(read_profiles(slp(), ["g1"], "here"), 2019)["g1"]
    assert year.size == 35040
    noon = {"winter": 48, "summer": 44}  # quarter hours of UTC+1
    days = {"winter": 14, "summer": 181}  # 15 January, a Tuesday, and 1 July, a Monday
    values = {"winter": 100 + 20 + 0.5, "summer": 10 + 0.5}
    highest = 200 + 70 + 95 / 96
    for period, day in days.items():
        assert year[day * 96 + noon[period]] == pytest.approx(values[period] / highest, abs=1e-4)


def test_households_are_dynamic():
    found = profile_year(read_profiles(slp(), ["h0", "g1"], "here"), 2019)
    ratio = (found["h0"] / found["g1"]).reshape(-1, 96)[:, 0]
    assert ratio[14] > 1.4 * ratio[195]  # mid January over mid July


def test_a_year_of_plants(tmp_path):
    found = german_year(4, 2019, demandlib_wheel(tmp_path / "d.whl", wind_m_s=6.0, direct=300))
    series = found.series
    assert (series.start, series.n) == ("2019-01-01T00:00:00+01:00", 8760)
    assert [one.package for one in found.origins] == ["demandlib", "demandlib"]
    assert np.unique(series.columns["wind_a"]) == pytest.approx([farm_power(np.array([6.0 * 10**0.2]))[0]], abs=1e-4)
    sun = series.columns["pv_a"].reshape(-1, 24)
    assert sun[:, 11:13].min() > 0.05
    assert np.delete(sun, (11, 12), axis=1).max() == 0.0
    assert sun[10, 11] > sun[170, 11]  # a low sun meets a steep module at a better angle


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "names no station"),
        (reference_year()[:-200], "8760 rows"),
        (reference_year().replace(" 6.0 ", " six "), "text where numbers"),
    ],
)
def test_broken_weather(text, told):
    with pytest.raises(InvalidInput, match=told):
        read_reference_year(text, "here")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "unknown profile"),
        (slp()[:-400], "text where numbers|96 quarter hours"),
        (slp().replace("10.5000", "x"), "text where numbers"),
    ],
)
def test_broken_profiles(text, told):
    with pytest.raises(InvalidInput, match=told):
        read_profiles(text, ["g1"], "here")


def test_bad_arguments(tmp_path):
    wheel = demandlib_wheel(tmp_path / "d.whl")
    with pytest.raises(InvalidInput, match="no leap year"):
        german_year(4, 2020, wheel)
    with pytest.raises(InvalidInput, match="choose 1 to 15"):
        region_file(16)
    with pytest.raises(InvalidInput, match="choose --step 15"):
        german_year(4, 2019, wheel, 5.0)
