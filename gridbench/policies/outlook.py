"""The outlook: the series of a day as they are known in one of its steps, and what is expected of the steps to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.scenario.scenario import day_count
from gridbench.scenario.series.columns import CONNECTED, FORECAST

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gridbench.scenario.scenario import Columns, Scenario

    Outlook = Callable[[Columns, int], Columns]


def perfect(columns: Columns, t: int) -> Columns:  # noqa: ARG001
    """Return the series of the day as they will be."""
    return columns


def forecast(columns: Columns, t: int) -> Columns:
    """Return the day-ahead forecasts, and up to step t what was; a column without forecast, as the day-ahead price, is known.

    Outages are not announced: what is cut off in step t is expected to stay so.
    """
    return {name: _joined(columns, name, t, _expected(columns, name, t)) for name in columns}


def persistence(columns: Columns, t: int) -> Columns:
    """Return the series of the day as if all that has a forecast, and every outage, stayed as it is in step t."""
    stays = {name: _held(columns, name, t) for name in columns if FORECAST + name in columns or name.startswith(CONNECTED)}
    return {name: _joined(columns, name, t, stays.get(name, np.asarray(columns[name]))) for name in columns}


OUTLOOKS: dict[str, Outlook] = {"perfect": perfect, "forecast": forecast, "persistence": persistence}
"""What may be expected of the steps to come, by name."""


class Analogs:
    """Samples of a day: its forecast with the errors that the most similar forecasts of the training days had.

    The analog ensemble of Delle Monache et al., Probabilistic weather prediction with an analog ensemble, Monthly Weather
    Review 141, 2013: likeness is the distance of the day's forecasts, each divided by its standard deviation over all days.
    """

    def __init__(self, scenario: Scenario, split: str, samples: int) -> None:
        """Read the days of a split of the scenario; `samples` of them are used at a time. Raises UnknownName."""
        self.samples = samples
        series = scenario.split(split).series
        known = [name for name in scenario.columns if FORECAST + name in series[0].columns]
        days = [scenario.window(split, day) for day in range(sum(day_count(one) for one in series))]
        self._names = known
        self._forecast, actual = (
            np.array([[day[mark + name] for name in known] for day in days]).reshape(len(days), len(known), scenario.steps)
            for mark in (FORECAST, "")
        )
        self._error = actual - self._forecast
        self._most = actual.max(axis=(0, 2)) if days else np.zeros(len(known))
        self._spread = np.maximum(self._forecast.std(axis=(0, 2)), 1e-9)[None, :, None]

    def draw(self, columns: Columns, t: int) -> list[Columns]:
        """Return the samples for the steps after t, the most similar day's first; what was and is known is the same in all."""
        if not self._names:
            return [forecast(columns, t)]
        own = np.array([columns[FORECAST + name] for name in self._names])
        likeness = (((self._forecast - own) / self._spread) ** 2).sum(axis=(1, 2))
        nearest = np.argsort(likeness, kind="stable")[: self.samples]
        found: list[Columns] = []
        for day in nearest:
            expected = np.clip(own + self._error[day], 0.0, self._most[:, None])
            ahead = dict(zip(self._names, expected, strict=True))
            found.append({name: _joined(columns, name, t, ahead.get(name, _expected(columns, name, t))) for name in columns})
        return found


def _expected(columns: Columns, name: str, t: int) -> NDArray[np.float64]:
    """Return the forecast of a column, itself where it has none and is known, and what it is in step t where it is an outage."""
    return _held(columns, name, t) if name.startswith(CONNECTED) else np.asarray(columns.get(FORECAST + name, columns[name]))


def _held(columns: Columns, name: str, t: int) -> NDArray[np.float64]:
    """Return a column as if it stayed as it is in step t."""
    return np.full(len(columns[name]), columns[name][t])


def _joined(columns: Columns, name: str, t: int, ahead: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what was up to step t, and what is expected after it."""
    return np.concatenate([np.asarray(columns[name])[: t + 1], ahead[t + 1 :]])
