"""Wind: speed of a regime and the power of a farm in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr  # type: ignore[import-untyped, unused-ignore]

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridbench.scenario.series.clock import Clock
    from gridbench.scenario.series.columns import Floats

SPEED_M_S = np.linspace(0.0, 40.0, 801)
CUT_IN_M_S, RATED_M_S, CUT_OUT_M_S = 3.0, 13.0, 25.0


@dataclass(frozen=True)
class WindRegime:
    """Weibull speed, scale by month (m/s, Jan..Dec) and daily swing; correlation times (h) and weights of its latent's parts."""

    shape: float = 2.1
    scale_m_s: tuple[float, ...] = (6.7, 7.2, 8.4, 9.4, 10.2, 11.0, 10.9, 10.1, 8.6, 7.7, 7.0, 6.5)
    day_swing: float = 0.16
    peak_hour: float = 22.0
    tau_h: tuple[float, float] = (60.0, 12.0)
    weight: tuple[float, float] = (0.55, 0.45)
    smooth_h: float = 0.7
    clearness_correlation: float = -0.25


@cache
def farm_curve() -> Floats:
    """Power of a farm per unit at SPEED_M_S: a cubic turbine curve smoothed as by Norgaard and Holttinen (2004)."""
    cubic = (SPEED_M_S**3 - CUT_IN_M_S**3) / (RATED_M_S**3 - CUT_IN_M_S**3)
    single = np.where(SPEED_M_S < CUT_IN_M_S, 0.0, np.where(SPEED_M_S < RATED_M_S, cubic, 1.0))
    single = np.where(SPEED_M_S > CUT_OUT_M_S, 0.0, single)
    spread = 0.8 + 0.15 * SPEED_M_S[:, None]
    kernel = np.exp(-0.5 * ((SPEED_M_S[None, :] - SPEED_M_S[:, None]) / spread) ** 2)
    curve = np.where(SPEED_M_S < 1.0, 0.0, (kernel * single).sum(axis=1) / kernel.sum(axis=1) * 0.97)
    curve.flags.writeable = False
    return curve


def farm_power(speed_m_s: Floats) -> Floats:
    """Power (n,) per unit of a farm at wind speeds at hub height (m/s)."""
    return np.interp(speed_m_s, SPEED_M_S, farm_curve())


def scale_m_s(regime: WindRegime, clock: Clock) -> Floats:
    """Weibull scale (m/s) of each step: between mid-months linear, times the daily swing; shape (n,)."""
    monthly = np.array(regime.scale_m_s)
    month = clock.day_of_year / 365.0 * 12.0 - 0.5
    before = np.floor(month).astype(np.int64)
    share = month - before
    seasonal = monthly[before % 12] * (1.0 - share) + monthly[(before + 1) % 12] * share
    return np.asarray(seasonal * (1.0 + regime.day_swing * clock.cycle(regime.peak_hour)), dtype=np.float64)


def wind_output(regime: WindRegime, clock: Clock) -> Callable[[Floats], Floats]:
    """The map from a site's wind latent (n,) to its power (n,) per unit, through the Weibull quantile and the farm curve."""
    scale = scale_m_s(regime, clock)

    def power(latent: Floats) -> Floats:
        exceedance = np.clip(1.0 - np.asarray(ndtr(latent), dtype=np.float64), 1e-12, 1.0)
        return farm_power(scale * (-np.log(exceedance)) ** (1.0 / regime.shape))

    return power
