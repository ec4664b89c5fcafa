"""The score of a policy: 1 at the bound, 0 at the anchor, with an interval that says how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.errors import InvalidInput, SolverError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Floats = NDArray[np.float64]

RESAMPLES = 2000
BOOTSTRAP_SEED = 20_240_229
CONFIDENCE = 0.95
TAIL = 0.05
"""The share of the worst episodes that a tail mean is over."""
BOUND_SLACK = 1e-9
"""A cost may lie below its bound by this share of it: the rounding of a sum, nothing else."""


class BoundError(SolverError):
    """Costs below the bound: the physics or the solver is wrong, so nothing is scored."""

    def __init__(self, episodes: Sequence[str]) -> None:
        """Name the episodes, each with its cost and its bound."""
        self.episodes = tuple(episodes)
        listed = "\n".join(f"  - {episode}" for episode in episodes)
        super().__init__(
            f"{len(episodes)} episode(s) cost less than the least that is possible, so nothing is scored\n{listed}\n"
            "The plant and the bound disagree: check the digest of the scenario, then report this with the run's folder."
        )


def score(cost_usd: Floats, bound_usd: Floats, anchor_usd: Floats) -> Floats:
    """Return (anchor - cost) / (anchor - bound) by episode; raises InvalidInput where that has no meaning."""
    room = np.asarray(anchor_usd, dtype=np.float64) - bound_usd
    meaningful = np.isfinite(room) & (room > 0.0)
    if not np.all(meaningful):
        nowhere = np.flatnonzero(~meaningful)
        raise InvalidInput("score", [f"episode {i}: the anchor must cost more than the bound, both finite" for i in nowhere])
    shares: Floats = (anchor_usd - cost_usd) / room
    return shares


def below_bound(cost_usd: Floats, bound_usd: Floats) -> NDArray[np.bool_]:
    """Return which costs are not at or above their bound; a cost that is no number counts as below."""
    slack = BOUND_SLACK * np.maximum(1.0, np.abs(bound_usd))
    return np.asarray(~(np.asarray(cost_usd) >= bound_usd - slack))


def interquartile_mean(values: Floats, axis: int = -1) -> Floats:
    """Return the mean without the lowest and the highest quarter, each rounded down."""
    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=axis)
    n = ordered.shape[axis]
    cut = n // 4
    return np.asarray(np.take(ordered, np.arange(cut, n - cut), axis=axis).mean(axis=axis))


def mean(values: Floats, axis: int = -1) -> Floats:
    """Return the arithmetic mean."""
    return np.asarray(np.mean(values, axis=axis))


def tail_mean(values: Floats, share: float = TAIL) -> float:
    """Return the mean of the largest `share` of all values, of one at the least (conditional value at risk)."""
    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=None)
    return float(ordered[-max(1, round(share * ordered.size)) :].mean())


def resampled(values: Floats, statistic: Callable[..., Floats], resamples: int = RESAMPLES) -> Floats:
    """Return the statistic of bootstrap samples of `values` (seeds, days), from a generator of its own with a fixed seed.

    Days are drawn with replacement, and within each day, the stratum, its seeds: so the spread says what other days and
    other seeds would have given, and each call gives the same numbers.
    """
    table = np.asarray(values, dtype=np.float64)
    seeds, days = table.shape
    generator = np.random.Generator(np.random.PCG64(BOOTSTRAP_SEED))
    day = generator.integers(days, size=(resamples, 1, days))
    seed = generator.integers(seeds, size=(resamples, seeds, days))
    return statistic(table[seed, day].reshape(resamples, seeds * days), axis=-1)


def interval(values: Floats, statistic: Callable[..., Floats] = interquartile_mean) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of a statistic of `values` (seeds, days)."""
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(resampled(values, statistic), [tail, 1.0 - tail])
    return float(low), float(high)
