"""Dutch prices: both halves of the file, each in its own form of dates, and the year in both once."""

import numpy as np
import pytest
from invented_wheels import PARTING, price_lines, prices_wheel

from gridbench.errors import InvalidInput
from gridbench.scenario.series.sources.nlprices import FORMATS, nl_prices

FIRST, SECOND = FORMATS


@pytest.fixture(scope="module")
def halves(tmp_path_factory):
    lines = [*price_lines("2022-12-31T23:00", 48, FIRST), PARTING, *price_lines("2022-12-31T23:00", 240, SECOND)]
    return prices_wheel(tmp_path_factory.mktemp("prices") / "ev2gym.whl", lines)


def test_days_and_months_are_not_mistaken(halves):
    found = nl_prices(2023, halves)
    series, (report,), (origin,) = found.series, found.reports, found.origins
    assert (series.start, series.n, report.days) == ("2023-01-01T00:00:00+01:00", 240, 10)
    np.testing.assert_array_equal(series.columns["price_eur_per_mwh"], [(hour * 7) % 50 + 0.5 for hour in range(240)])
    assert report.duplicates_dropped == 48
    assert "48 rows that repeat others dropped" in found.notes()
    assert (origin.package, origin.version) == ("ev2gym", "2.0.0")
    assert len(origin.sha256) == 64


def test_the_rate_of_exchange_is_stated(halves):
    euro, dollar = (nl_prices(2023, halves, **one).series for one in ({}, {"currency": "usd", "exchange": 2.0}))
    np.testing.assert_allclose(dollar.columns["price_usd_per_mwh"], 2 * euro.columns["price_eur_per_mwh"])
    with pytest.raises(InvalidInput, match="state the exchange rate"):
        nl_prices(2023, halves, currency="usd")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (price_lines("2022-12-31T23:00", 24, SECOND), "stamps are not"),
        ([PARTING, *price_lines("2022-12-31T23:00", 24, FIRST)], "stamps are not"),
        ([*price_lines("2022-12-31T23:00", 48, FIRST), "Netherlands,2023-01-01 00:00:00,,99.9"], "with other values"),
        ([*price_lines("2022-12-31T23:00", 24, FIRST), *price_lines("2023-01-02T02:00", 24, FIRST)], "no rows for 3 steps"),
        (price_lines("2021-12-31T23:00", 24, FIRST), "fewer than two different stamps"),
    ],
)
def test_other_files_are_refused(tmp_path, lines, told):
    with pytest.raises(InvalidInput, match=told):
        nl_prices(2023, prices_wheel(tmp_path / "ev2gym.whl", lines))


def test_other_years_are_refused(halves):
    with pytest.raises(InvalidInput, match="choose 2015 to 2024"):
        nl_prices(2025, halves)
