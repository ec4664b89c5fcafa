"""Sky: how much of the clear-sky irradiance reaches the ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr  # type: ignore[import-untyped, unused-ignore]

if TYPE_CHECKING:
    from gridbench.scenario.series.clock import Clock
    from gridbench.scenario.series.columns import Floats


@dataclass(frozen=True)
class Sky:
    """Distribution of the clear-sky index over Haurwitz, and correlation times (h) and weights of its latent's three parts."""

    clear_share_winter: float = 0.50
    clear_share_summer: float = 0.88
    kumaraswamy_a: float = 1.15
    kumaraswamy_b: float = 1.05
    index_min: float = 0.10
    index_split: float = 0.88
    index_max: float = 1.02
    tau_h: tuple[float, float, float] = (42.0, 4.5, 0.6)
    weight: tuple[float, float, float] = (0.70, 0.20, 0.10)
    smooth_h: float = 0.3


def clear_sky_index(sky: Sky, clock: Clock, latent: Floats) -> Floats:
    """Clear-sky index from a unit Gaussian latent (n,): Kumaraswamy (1980) if cloudy, linear if clear; shape (n,)."""
    clear = sky.clear_share_winter + (sky.clear_share_summer - sky.clear_share_winter) * (1.0 + clock.season) / 2.0
    quantile = np.asarray(ndtr(latent), dtype=np.float64)
    inside = np.clip(quantile / (1.0 - clear), 1e-9, 1.0 - 1e-9)
    kumaraswamy = (1.0 - (1.0 - inside) ** (1.0 / sky.kumaraswamy_b)) ** (1.0 / sky.kumaraswamy_a)
    cloudy = sky.index_min + (sky.index_split - sky.index_min) * kumaraswamy
    bright = sky.index_split + (sky.index_max - sky.index_split) * (quantile - (1.0 - clear)) / clear
    return np.where(quantile < 1.0 - clear, cloudy, bright)
