"""Forecaster: simulated day-ahead forecasts of measured columns, of the skill that generated ones have.

Each column becomes a unit Gaussian through distributions of its training days; the forecaster sees that with noise, and says what
it expects (`expected`). Its errors are therefore a model's, not those of a weather service, and are to be stated.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri  # type: ignore[import-untyped, unused-ignore]

from gridbench.scenario.series.clock import Clock
from gridbench.scenario.series.columns import FORECAST, Floats, kind_of
from gridbench.scenario.series.forecast import Skill, expected
from gridbench.scenario.series.noise import ou_path, stream
from gridbench.scenario.series.persistence import needs_forecast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from gridbench.scenario.series.series import Series

    Flags = npt.NDArray[np.bool_]

AROUND_DAYS = 15
"""Days before and after that tell how much sun a clear day has."""
DARK_PU = 0.01
LEAST_LOAD_PU = 1e-3


class _Model(NamedTuple):
    """A column as a function of a unit Gaussian, that Gaussian as it was (n,), the forecaster's skill and its memory (h)."""

    output: Callable[[Floats], Floats]
    latent: Floats
    skill: float
    tau_h: float


def with_skill(series: Series, train: Sequence[int], skill: Skill, seed: int) -> Series:
    """Return the series with a forecast of each load, PV and wind column that has none; `train` are the days it learns from."""
    days = round(series.n * series.step_h / 24.0)
    clock = Clock(date.fromisoformat(series.start[:10]), days, series.step_h)
    known = np.isin(clock.day, train)
    columns = dict(series.columns)
    for name, values in series.columns.items():
        if needs_forecast(name) and FORECAST + name not in columns:
            model = _MODELS[kind_of(name).prefix](values, clock, known, skill)
            error = ou_path(stream(seed, f"{name}.forecast"), clock.n, model.tau_h, clock.step_h)
            scale = kind_of(name).scale
            columns[FORECAST + name] = np.rint(expected(model.output, model.latent, model.skill, error) * scale) / scale
    return replace(series, columns=columns)


def _wind(values: Floats, _: Clock, known: Flags, skill: Skill) -> _Model:
    """Wind by its distribution over the training days."""
    ordered = np.sort(values[known])
    return _Model(lambda latent: _quantile(ordered, latent), _latent(ordered, values), skill.wind, skill.wind_tau_h)


def _pv(values: Floats, clock: Clock, known: Flags, skill: Skill) -> _Model:
    """PV by its share of the most that training days around gave at that hour."""
    by_day = np.where(known, values, 0.0).reshape(clock.n // round(24.0 / clock.step_h), -1)
    padded = np.pad(by_day, ((AROUND_DAYS, AROUND_DAYS), (0, 0)))
    most = np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND_DAYS + 1, axis=0).max(axis=-1).ravel()
    light = most > DARK_PU
    share = np.divide(values, most, out=np.zeros_like(values), where=light)
    ordered = np.sort(share[known & light])

    def output(latent: Floats) -> Floats:
        return np.where(light, np.clip(most * _quantile(ordered, latent), 0.0, 1.0), 0.0)

    return _Model(output, _latent(ordered, share), skill.pv, skill.pv_tau_h)


def _load(values: Floats, clock: Clock, known: Flags, skill: Skill) -> _Model:
    """Load by the logarithm of its ratio to the mean of training days of its month, hour, and workdays or weekends."""
    month = (np.datetime64(clock.first_day) + clock.day).astype("datetime64[M]").astype(np.int64) % 12
    group = (month * 2 + clock.weekend) * 24 + clock.hour.astype(np.int64)
    logs = np.log(np.maximum(values, LEAST_LOAD_PU))
    counts = np.bincount(group[known], minlength=576)
    usual = np.bincount(group[known], logs[known], minlength=576) / np.maximum(counts, 1)
    shape = np.where(counts[group] > 0, usual[group], logs[known].mean())
    deviation = float((logs - shape)[known].std())
    latent = (logs - shape) / deviation
    return _Model(lambda z: np.exp(shape + deviation * z), latent, skill.load(deviation), skill.load_tau_h)


def _latent(ordered: Floats, values: Floats) -> Floats:
    """The unit Gaussian of values (n,) in a sample in order; equal values share the middle of their ranks."""
    rank = (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) / 2.0
    return np.asarray(ndtri(np.clip(rank / ordered.size, 0.5 / ordered.size, 1.0 - 0.5 / ordered.size)), dtype=np.float64)


def _quantile(ordered: Floats, latent: Floats) -> Floats:
    """The values of a sample in order at the ranks of a unit Gaussian (n,)."""
    rank = np.asarray(ndtr(latent), dtype=np.float64)
    return np.asarray(np.interp(rank, (np.arange(ordered.size) + 0.5) / ordered.size, ordered), dtype=np.float64)


_MODELS: dict[str, Callable[[Floats, Clock, Flags, Skill], _Model]] = {"wind_": _wind, "pv_": _pv, "load_": _load}
