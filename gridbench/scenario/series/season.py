"""Seasons: the days of a year on which demand peaks, and those on which sun and wind outrun it."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gridbench.scenario.series.columns import FORECAST, Floats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.scenario.series.series import Series


class Season(NamedTuple):
    """The months of a season (northern), and whether its days of the largest or of the least net load are wanted."""

    months: tuple[int, ...]
    largest: bool


SEASONS: Mapping[str, Season] = MappingProxyType({
    "summer_peak": Season((6, 7, 8), largest=True),
    "winter_peak": Season((12, 1, 2), largest=True),
    "spring_valley": Season((3, 4, 5), largest=False),
})  # fmt: skip


def season_days(series: Series, count: int) -> dict[str, tuple[int, ...]]:
    """Return the `count` days of each of SEASONS, in the order of the calendar; days count from the first of the series.

    A peak is a day of the largest demand, a valley one of the least demand less sun and wind: means of all columns of a kind.
    """
    per_day = round(24 / series.step_h)
    days = series.n // per_day
    load, sun, wind = (_daily(series, prefix, days, per_day) for prefix in ("load_", "pv_", "wind_"))
    first = datetime.fromisoformat(series.start)
    month = np.array([(first + timedelta(days=day)).month for day in range(days)])
    found = {}
    for name, season in SEASONS.items():
        own = np.flatnonzero(np.isin(month, season.months))
        rank = -load[own] if season.largest else (load - sun - wind)[own]
        found[name] = tuple(sorted(own[np.argsort(rank, kind="stable")[:count]].tolist()))
    return found


def _daily(series: Series, prefix: str, days: int, per_day: int) -> Floats:
    """Return the daily mean over all columns of a kind (days,), zero where there are none."""
    own = [values for name, values in series.columns.items() if name.startswith(prefix) and not name.startswith(FORECAST)]
    total = np.mean(own, axis=0)[: days * per_day] if own else np.zeros(days * per_day)
    return np.asarray(total.reshape(days, per_day).mean(axis=1), dtype=np.float64)
