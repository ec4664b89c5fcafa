"""Load shape: the day and week of a class of customers, and its answer to the weather."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from gridbench.scenario.series.noise import lag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.scenario.series.clock import Clock
    from gridbench.scenario.series.columns import Floats

COOLING_FROM_C = 20.0
HEATING_FROM_C = 14.0
SHARED_NOISE = 0.25


@dataclass(frozen=True)
class Bump:
    """A Gaussian bump on the day: hour of its middle (h), width (h), height (relative to the base)."""

    hour: float
    width_h: float
    height: float


@dataclass(frozen=True)
class LoadClass:
    """Base plus bumps a day, relative rise per K of cooling and heating, and the log-noise of one feeder-sized aggregate."""

    base: float
    weekday: tuple[Bump, ...]
    weekend: tuple[Bump, ...]
    cooling_per_k: float
    heating_per_k: float
    noise_sd: float
    noise_tau_h: float
    power_factor: float
    thermal_lag_h: float


@dataclass(frozen=True)
class LoadSite:
    """An aggregate of customers named load_*, of one class of LOAD_CLASSES."""

    name: str
    kind: str


LOAD_CLASSES: Mapping[str, LoadClass] = MappingProxyType(
    {
        "residential": LoadClass(
            base=0.55,
            weekday=(Bump(7.2, 1.6, 0.24), Bump(19.0, 2.9, 0.46), Bump(13.0, 3.5, 0.12)),
            weekend=(Bump(9.5, 2.4, 0.24), Bump(19.0, 2.8, 0.46), Bump(14.0, 3.0, 0.12)),
            cooling_per_k=0.090,
            heating_per_k=0.006,
            noise_sd=0.075,
            noise_tau_h=5.0,
            power_factor=0.97,
            thermal_lag_h=9.0,
        ),
        "commercial": LoadClass(
            base=0.42,
            weekday=(Bump(9.5, 2.2, 0.35), Bump(14.0, 3.6, 0.62), Bump(18.5, 2.2, 0.18)),
            weekend=(Bump(11.0, 2.6, 0.08), Bump(14.5, 3.4, 0.16), Bump(18.5, 2.4, 0.08)),
            cooling_per_k=0.075,
            heating_per_k=0.004,
            noise_sd=0.050,
            noise_tau_h=8.0,
            power_factor=0.93,
            thermal_lag_h=4.0,
        ),
        "industrial": LoadClass(
            base=0.82,
            weekday=(Bump(10.0, 3.4, 0.16), Bump(15.5, 3.2, 0.15)),
            weekend=(Bump(12.0, 4.0, 0.02),),
            cooling_per_k=0.008,
            heating_per_k=0.002,
            noise_sd=0.035,
            noise_tau_h=14.0,
            power_factor=0.90,
            thermal_lag_h=9.0,
        ),
    }
)


def day_shape(hour: Floats, bumps: Sequence[Bump]) -> Floats:
    """Sum of the bumps at each hour of the day, wrapped at midnight; shape (n,)."""
    total = np.zeros_like(hour)
    for bump in bumps:
        away = (hour - bump.hour + 12.0) % 24.0 - 12.0
        total += bump.height * np.exp(-0.5 * (away / bump.width_h) ** 2)
    return total


def load_shape(load_class: LoadClass, clock: Clock, temperature_c: Floats) -> Floats:
    """Expected load of a class (n,), in its own unit: day shape times the answer to the lagged air temperature (n,), in degC."""
    weekday, weekend = (day_shape(clock.mid_hour, bumps) for bumps in (load_class.weekday, load_class.weekend))
    shape = load_class.base + np.where(clock.weekend, weekend, weekday)
    felt_c = lag(temperature_c, math.exp(-clock.step_h / load_class.thermal_lag_h), float(temperature_c[0]))
    cooling = load_class.cooling_per_k * np.maximum(felt_c - COOLING_FROM_C, 0.0)
    return shape * (1.0 + cooling + load_class.heating_per_k * np.maximum(HEATING_FROM_C - felt_c, 0.0))


def load_latent(own: Floats, regional: Floats) -> Floats:
    """Unit Gaussian noise of one aggregate: a quarter of its variance is the region's; shape (n,)."""
    return math.sqrt(SHARED_NOISE) * regional + math.sqrt(1.0 - SHARED_NOISE) * own
