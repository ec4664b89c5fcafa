"""Noise: one independent stream a name, and Gaussian processes drawn from it."""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import lfilter  # type: ignore[import-untyped, unused-ignore]

if TYPE_CHECKING:
    from gridbench.scenario.series.columns import Floats


def stream(seed: int, name: str) -> np.random.Generator:
    """The random stream of one named quantity: Philox seeded by (seed, crc32(name)), so a new name changes no other stream."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, zlib.crc32(name.encode())])))


def lag(values: Floats, keep: float, start: float) -> Floats:
    """First-order recursion y[t] = keep*y[t-1] + (1-keep)*values[t] with y[-1] = start; shape (n,)."""
    out, _ = lfilter([1.0 - keep], [1.0, -keep], values, zi=np.array([start * keep]))
    return np.asarray(out, dtype=np.float64)


def ou_path(rng: np.random.Generator, n: int, tau_h: float, step_h: float, smooth_h: float = 0.0) -> Floats:
    """Stationary unit-variance Ornstein-Uhlenbeck path with correlation time `tau_h` (h), sampled every `step_h` (h); shape (n,).

    A plain path is rougher below the hour than measured wind and irradiance are; `smooth_h` > 0 (h) passes it through a
    first-order lag, which makes an AR(2). The lag starts 6 smooth_h earlier, and its exact variance is divided out.
    """
    phi = math.exp(-step_h / tau_h)
    warm_up = int(6.0 * smooth_h / step_h)
    shocks = rng.standard_normal(n + warm_up)
    shocks[1:] *= math.sqrt(1.0 - phi * phi)
    path = np.asarray(lfilter([1.0], [1.0, -phi], shocks), dtype=np.float64)
    if smooth_h > 0.0:
        keep = math.exp(-step_h / smooth_h)
        variance = (1.0 - keep) / (1.0 + keep) * (1.0 + keep * phi) / (1.0 - keep * phi)
        path = lag(path, keep, 0.0) / math.sqrt(variance)
    return path[warm_up:]
