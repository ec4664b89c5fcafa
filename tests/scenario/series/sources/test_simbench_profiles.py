"""SimBench's profiles: legal time becomes standard time, and only the columns asked for are read."""

import numpy as np
import pytest
from invented_wheels import profiles, simbench_wheel

from gridbench.errors import InvalidInput
from gridbench.scenario.series.sources.simbench import COLUMNS, read_profiles, simbench_series


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return simbench_series(simbench_wheel(tmp_path_factory.mktemp("simbench") / "simbench.whl", days=120))


def test_a_year_of_legal_time(found):
    series, origins = found.series, found.origins
    assert (series.start, series.utc_offset_h, series.n) == ("2016-01-01T00:00:00+01:00", 1.0, 120 * 24)
    assert set(series.columns) == {*COLUMNS, *(f"forecast_{name}" for name in COLUMNS)}
    assert [one.version for one in origins] == ["1.6.0", "1.6.0"]
    quarters = np.random.default_rng(2).uniform(0.05, 1.0, (120 * 96, 6)).round(3)[:, 0]
    np.testing.assert_allclose(series.columns["pv_a"], quarters.reshape(-1, 4).mean(axis=1), atol=5.1e-5)


def test_the_forecast_is_the_day_before(found):
    series = found.series
    np.testing.assert_array_equal(series.columns["forecast_wind_b"][24:], series.columns["wind_b"][:-24])


def test_unknown_profiles_and_broken_rows():
    text = profiles(["PV1", "PV2"], 0, days=1)
    with pytest.raises(InvalidInput, match="did you mean 'PV2' or 'PV1'"):
        read_profiles(text, ["PV3"], "here")
    with pytest.raises(InvalidInput, match="row 98 has not 3 cells"):
        read_profiles(text + "1;2", ["PV1"], "here")
    with pytest.raises(InvalidInput, match="unknown profile 'time'"):
        read_profiles("", [], "here")
