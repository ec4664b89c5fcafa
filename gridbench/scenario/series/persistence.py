"""Persistence: the forecast that tomorrow is as today, and what it was wrong by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.scenario.series.columns import FORECAST, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.scenario.series.columns import Floats

FORESEEN = ("load_", "pv_", "wind_")
"""The kinds of columns whose forecasts observations show."""


def needs_forecast(name: str) -> bool:
    """Whether a column is one that devices of kind load or renewable may follow."""
    return not name.startswith(FORECAST) and kind_of(name).prefix in FORESEEN


def persistence(values: Floats, day_steps: int) -> Floats:
    """The value at the same time of the day before (n,). The first day has none: it stands there itself, not to be used."""
    return np.concatenate([values[:day_steps], values[:-day_steps]]) if values.size > day_steps else values.copy()


def with_persistence(columns: Mapping[str, Floats], day_steps: int) -> dict[str, Floats]:
    """The columns, and a persistence forecast of each load, PV and wind column that has none."""
    new = [name for name in columns if needs_forecast(name) and FORECAST + name not in columns]
    return {**columns, **{FORECAST + name: persistence(columns[name], day_steps) for name in new}}


def error_of(values: Floats, forecast: Floats, day_steps: int) -> dict[str, float]:
    """Mean absolute error, root mean square error and bias (forecast less value) from the second day on, in the column's unit."""
    away = (forecast - values)[day_steps:]
    if not away.size:
        return {}
    return {"mae": float(np.abs(away).mean()), "rmse": float(np.sqrt((away**2).mean())), "bias": float(away.mean())}
