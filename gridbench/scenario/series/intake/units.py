"""Units: what a source may be measured in, and what turns it into the unit of a column."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gridbench.errors import UnknownName
from gridbench.scenario.series.columns import kind_of

POWER = ("W", "kW", "MW")
ENERGY = ("Wh", "kWh", "MWh")
SHARES = {"pu": 1.0, "%": 0.01}
TEMPERATURES = {"degC": (1.0, 0.0), "K": (1.0, -273.15), "degF": (5.0 / 9.0, -160.0 / 9.0)}
PRICE = re.compile(r"(?P<money>[A-Za-z]{2,4})/(?P<energy>kWh|MWh)")
CENTS = {"ct": "eur", "cent": "usd"}
"""Hundredths, and whose they are."""


@dataclass(frozen=True)
class Conversion:
    """A source value becomes `factor` * value + `offset` in the column's unit; energy a step is also divided by its hours."""

    factor: float
    offset: float = 0.0
    per_step: bool = False


def conversion(target: str, unit: str | None, rating: float | None, exchange: float | None) -> tuple[Conversion, list[str]]:
    """Return what turns `unit` into the unit of the column `target`, and what is wrong with that.

    `rating` is the base of the per-unit column, in the source's own unit of power; `exchange` is units of the column's money
    for one of the source's.
    """
    try:
        kind = kind_of(target)
    except UnknownName as error:
        return Conversion(1.0), [str(error)]
    if kind.unit == "pu":
        return _per_unit(target, unit, rating, exchange)
    faults = [f"{target}: a rating is for columns per unit; drop it"] if rating is not None else []
    if kind.unit == "degC":
        faults += [f"{target}: an exchange rate is for prices; drop it"] if exchange is not None else []
        return _temperature(target, unit, faults)
    return _price(target, unit, exchange, faults)


def _per_unit(target: str, unit: str | None, rating: float | None, exchange: float | None) -> tuple[Conversion, list[str]]:
    faults = [f"{target}: an exchange rate is for prices; drop it"] if exchange is not None else []
    if unit in SHARES:
        faults += [f"{target}: {unit} needs no rating; drop it, or state the unit of power"] if rating is not None else []
        return Conversion(SHARES[unit]), faults
    if unit not in (*POWER, *ENERGY):
        return Conversion(1.0), [*faults, _unknown(target, unit, (*SHARES, *POWER, *ENERGY))]
    if rating is None or not 0.0 < rating < float("inf"):
        need = unit if unit in POWER else POWER[ENERGY.index(unit)]
        return Conversion(1.0), [*faults, f"{target}: {unit} becomes per unit of a rating; state it, above 0, in {need}"]
    return Conversion(1.0 / rating, per_step=unit in ENERGY), faults


def _temperature(target: str, unit: str | None, faults: list[str]) -> tuple[Conversion, list[str]]:
    if unit not in TEMPERATURES:
        return Conversion(1.0), [*faults, _unknown(target, unit, tuple(TEMPERATURES))]
    return Conversion(*TEMPERATURES[unit]), faults


def _price(target: str, unit: str | None, exchange: float | None, faults: list[str]) -> tuple[Conversion, list[str]]:
    found = PRICE.fullmatch(unit or "")
    if not found:
        return Conversion(1.0), [
            *faults,
            _unknown(target, unit, ("EUR/MWh", "EUR/kWh", "ct/kWh", "USD/MWh", "USD/kWh", "cent/kWh")),
        ]
    money = found["money"].lower()
    own = re.fullmatch(r"price_([a-z]{3})_per_mwh", target)
    currency = CENTS.get(money, money)
    if own and own[1] != currency and exchange is None:
        mend = f"map it to price_{currency}_per_mwh, or state the exchange rate in {own[1]} per {currency}"
        faults.append(f"{target}: the source is in {currency}; {mend}")
    if exchange is not None and not 0.0 < exchange < float("inf"):
        faults.append(f"{target}: the exchange rate is {exchange:g}; state a number above 0")
    factor = (1000.0 if found["energy"] == "kWh" else 1.0) * (0.01 if money in CENTS else 1.0)
    return Conversion(factor * (exchange or 1.0)), faults


def _unknown(target: str, unit: str | None, known: tuple[str, ...]) -> str:
    if unit is None:
        return f"{target}: no unit; state one of {', '.join(known)}"
    return f"{target}: {UnknownName('unit', unit, known)}"
