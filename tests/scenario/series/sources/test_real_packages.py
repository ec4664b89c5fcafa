"""The packages themselves, where they are installed: figures that are known of their data."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

from gridbench.scenario.series.sources.german import german_year
from gridbench.scenario.series.sources.nlprices import nl_prices
from gridbench.scenario.series.sources.simbench import simbench_series

PRICES_WHEEL = os.environ.get("GRIDBENCH_EV2GYM_WHEEL")
WHEEL = Path(PRICES_WHEEL) if PRICES_WHEEL else None


def absent(package):
    return importlib.util.find_spec(package) is None


@pytest.mark.skipif(absent("simbench"), reason="needs the extra `simbench`")
def test_simbench():
    """Capacity factors of the profiles, and winds that know each other."""
    series = simbench_series().series
    assert (series.start, series.n) == ("2016-01-01T00:00:00+01:00", 8784)
    means = {name: values.mean() for name, values in series.columns.items()}
    assert means["pv_a"] == pytest.approx(0.079, abs=0.001)
    assert means["wind_a"] == pytest.approx(0.292, abs=0.001)
    assert means["load_industrial"] == pytest.approx(0.733, abs=0.001)
    assert np.corrcoef(series.columns["wind_a"], series.columns["wind_b"])[0, 1] > 0.4


@pytest.mark.skipif(absent("demandlib"), reason="needs the extra `de` (demandlib)")
@pytest.mark.parametrize(("region", "wind"), [(1, 0.277), (12, 0.074)])
def test_german_years(region, wind):
    """Wind of the coast and of the upper Rhine; full-load hours of PV in Germany are 850 to 1150."""
    series = german_year(region).series
    assert series.columns["wind_a"].mean() == pytest.approx(wind, abs=0.002)
    assert 850 < series.columns["pv_a"].sum() < 1150


@pytest.mark.skipif(
    absent("ev2gym") and WHEEL is None,
    reason="needs the extra `nlprices` (ev2gym), or GRIDBENCH_EV2GYM_WHEEL with the path of its wheel",
)
@pytest.mark.parametrize(
    ("year", "days", "mean", "deviation", "negative"),
    [
        (2016, 366, 32.25, 11.32, 0.0),
        (2019, 365, 41.20, 11.28, 0.0003),
        (2023, 365, 95.82, 49.05, 0.0361),
        (2024, 366, 77.28, 49.49, 0.0521),
    ],
)
def test_dutch_prices(year, days, mean, deviation, negative):
    found = nl_prices(year, WHEEL)
    (report,), paid = found.reports, found.series.columns["price_eur_per_mwh"]
    assert (report.days, report.duplicates_dropped) == (days, 6553 if year == 2023 else 0)
    assert paid.mean() == pytest.approx(mean, abs=0.01)
    assert paid.std() == pytest.approx(deviation, abs=0.01)
    assert (paid < 0).mean() == pytest.approx(negative, abs=0.0001)
