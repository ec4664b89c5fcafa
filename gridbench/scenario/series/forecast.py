"""Forecast: what a day-ahead forecaster of stated skill would expect, unbiased by construction."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridbench.scenario.series.columns import Floats

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(9)


@dataclass(frozen=True)
class Skill:
    """Correlation of the signal with the latent of PV and wind, log error of load, correlation times (h) of the errors."""

    pv: float = 0.80
    wind: float = 0.90
    load_error_sd: float = 0.028
    pv_tau_h: float = 8.0
    wind_tau_h: float = 10.0
    load_tau_h: float = 10.0

    def load(self, noise_sd: float) -> float:
        """Correlation of the signal with a load's latent that leaves a log error of `load_error_sd` out of `noise_sd`."""
        return math.sqrt(max(1.0 - (self.load_error_sd / noise_sd) ** 2, 0.0))


def expected(output: Callable[[Floats], Floats], latent: Floats, skill: float, error: Floats) -> Floats:
    """Forecast E[output(z) | s] of a quantity driven by the unit Gaussian latent z (n,); shape (n,).

    The forecaster sees s = skill*z + sqrt(1-skill^2)*error, with `error` (n,) unit Gaussian. Then z given s is normal with mean
    skill*s and variance 1-skill^2, and the mean over it is taken by 9-node Gauss-Hermite quadrature; skill 1 is perfect.
    """
    blur = math.sqrt(1.0 - skill * skill)
    centre = skill * (skill * latent + blur * error)
    total = np.zeros_like(latent)
    for node, weight in zip(NODES, WEIGHTS / WEIGHTS.sum(), strict=True):
        total += weight * output(centre + blur * node)
    return total
