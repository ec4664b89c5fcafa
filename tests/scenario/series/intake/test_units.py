"""Units: what turns a source's numbers into ours."""

import pytest

from gridbench.scenario.series.intake.units import conversion


@pytest.mark.parametrize(
    ("target", "unit", "rating", "exchange", "value", "ours"),
    [
        ("load_a", "pu", None, None, 0.4, 0.4),
        ("pv_a", "%", None, None, 40.0, 0.4),
        ("pv_a", "kW", 250.0, None, 100.0, 0.4),
        ("wind_a", "MW", 2.5, None, 1.0, 0.4),
        ("load_a", "kWh", 250.0, None, 100.0, 0.4),
        ("forecast_load_a", "W", 250.0, None, 100.0, 0.4),
        ("price_eur_per_mwh", "EUR/MWh", None, None, 80.0, 80.0),
        ("price_eur_per_mwh", "EUR/kWh", None, None, 0.08, 80.0),
        ("price_eur_per_mwh", "ct/kWh", None, None, 8.0, 80.0),
        ("price_usd_per_mwh", "cent/kWh", None, None, 8.0, 80.0),
        ("price_usd_per_mwh", "EUR/MWh", None, 1.1, 80.0, 88.0),
        ("temperature_c", "degF", None, None, 50.0, 10.0),
        ("temperature_c", "K", None, None, 283.15, 10.0),
    ],
)
def test_conversions(target, unit, rating, exchange, value, ours):
    found, faults = conversion(target, unit, rating, exchange)
    assert faults == []
    assert found.factor * value + found.offset == pytest.approx(ours)
    assert found.per_step == (unit == "kWh")


@pytest.mark.parametrize(
    ("target", "unit", "rating", "exchange", "told"),
    [
        ("load_a", "kw", 1.0, None, "did you mean 'kW'"),
        ("load_a", None, None, None, "no unit; state one of pu"),
        ("load_a", "kW", None, None, "state it, above 0, in kW"),
        ("load_a", "MWh", -2.0, None, "state it, above 0, in MW"),
        ("load_a", "pu", 3.0, None, "needs no rating"),
        ("load_a", "pu", None, 1.1, "exchange rate is for prices"),
        ("price_eur_per_mwh", "EUR/GWh", None, None, "unknown unit"),
        ("price_eur_per_mwh", "USD/MWh", None, None, "state the exchange rate in eur per usd"),
        ("price_eur_per_mwh", "USD/MWh", None, 0.0, "state a number above 0"),
        ("price_eur_per_mwh", "EUR/MWh", 2.0, None, "a rating is for columns per unit"),
        ("temperature_c", "C", None, None, "unknown unit 'C'"),
        ("temperature_c", "K", None, 2.0, "exchange rate is for prices"),
        ("humidity", "%", None, None, "unknown prefix"),
    ],
)
def test_what_is_refused(target, unit, rating, exchange, told):
    assert told in "\n".join(conversion(target, unit, rating, exchange)[1])
