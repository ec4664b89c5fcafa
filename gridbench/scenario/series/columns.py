"""Columns of a series: what a name means, its unit, its stored scale and its plausible range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridbench.errors import InvalidInput, UnknownName

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
FORECAST = "forecast_"
CONNECTED = "connected_"
"""Begins the names of columns that tell when a device is cut off; nobody announces that, so they have no forecast."""


@dataclass(frozen=True)
class ColumnKind:
    """One kind of column, told by the prefix of its name; values are stored as integers, value times `scale`."""

    prefix: str
    unit: str
    scale: int
    low: float
    high: float


KINDS = (
    ColumnKind("temperature_", "degC", 100, -90.0, 70.0),
    ColumnKind("price_", "currency/MWh", 100, -20_000.0, 20_000.0),
    ColumnKind("pv_", "pu", 10_000, 0.0, 1.0),
    ColumnKind("wind_", "pu", 10_000, 0.0, 1.0),
    ColumnKind("load_", "pu", 10_000, 0.0, 5.0),
    ColumnKind("net_", "pu", 10_000, -10.0, 10.0),
    ColumnKind("ev_", "pu", 10_000, 0.0, 100.0),
    ColumnKind(CONNECTED, "pu", 10_000, 0.0, 1.0),
)


def kind_of(name: str) -> ColumnKind:
    """The kind of the column `name`; the forecast of a column has the kind of that column."""
    bare = name.removeprefix(FORECAST)
    for kind in KINDS:
        if bare.startswith(kind.prefix) and len(bare) > len(kind.prefix):
            return kind
    raise UnknownName("prefix of a series column", name, [kind.prefix for kind in KINDS])


def faults_of(name: str, values: Floats) -> list[str]:
    """What is wrong with the values of one column, each with how to mend it; an empty list if nothing is."""
    try:
        kind = kind_of(name)
    except UnknownName as error:
        return [f"column {name!r}: {error}"]
    if values.dtype != np.float64 or values.ndim != 1 or values.size == 0:
        return [f"column {name!r}: {values.dtype} of shape {values.shape}; give a float64 array of shape (n,), n > 0"]
    bad = int(np.count_nonzero(~np.isfinite(values)))
    if bad:
        return [f"column {name!r}: {bad} values are NaN or infinite; fill or cut these steps before making a series"]
    low, high = float(values.min()), float(values.max())
    if low < kind.low or high > kind.high:
        plausible = f"[{kind.low:g}, {kind.high:g}] {kind.unit}"
        return [f"column {name!r}: values span [{low:g}, {high:g}], outside {plausible}; check its unit and base"]
    return []


def quantise(name: str, values: Floats) -> Ints:
    """The column as the integers that are stored, value times scale rounded to the nearest; shape (n,)."""
    faults = faults_of(name, values)
    if faults:
        raise InvalidInput("series", faults)
    return np.rint(values * kind_of(name).scale).astype(np.int32)


def dequantise(name: str, stored: Ints) -> Floats:
    """The column in its unit, from the stored integers; shape (n,)."""
    return stored.astype(np.float64) / kind_of(name).scale
