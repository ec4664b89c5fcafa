"""Statistics over tables of scores (seeds, days): profiles, improvement, Borda points, with intervals that say how sure they are.

After Agarwal and others, "Deep Reinforcement Learning at the Edge of the Statistical Precipice", NeurIPS 2021 (arXiv:2108.13264),
with days in the place of their tasks. Random numbers come from a generator of its own with a fixed seed, as in `score.resampled`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from gridbench.bench.score import BOOTSTRAP_SEED, CONFIDENCE, RESAMPLES, resampled
from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

Floats = NDArray[np.float64]
Name = TypeVar("Name", bound="Hashable")

AT_ONCE = 100
"""Bootstrap samples that are compared in one piece, so that memory stays small."""


@dataclass(frozen=True, eq=False)
class Profile:
    """The share of episodes whose score is at least tau, by tau, with pointwise 95 % bootstrap limits; all (taus,)."""

    taus: Floats
    share: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def share_at_least(scores: Floats, taus: Floats, axis: int = -1) -> Floats:
    """Return the share of scores along an axis that reach each tau; the taus are the last axis."""
    ordered = np.sort(np.moveaxis(np.asarray(scores, dtype=np.float64), axis, -1), axis=-1)
    flat = ordered.reshape(-1, ordered.shape[-1])
    below = np.stack([np.searchsorted(row, taus, side="left") for row in flat])
    return np.asarray(1.0 - below / ordered.shape[-1]).reshape(*ordered.shape[:-1], len(taus))


def profile(tables: Sequence[Floats], taus: Floats) -> Profile:
    """Return the performance profile of a policy over one scenario or more, each (seeds, days) and each of equal weight.

    Scenarios are strata: the bootstrap draws within each, days and their seeds as `score.resampled` does.
    Raises InvalidInput where there is nothing to show.
    """
    if not tables:
        raise InvalidInput("profile", ["needs the scores of one scenario at least"])
    share = np.mean([share_at_least(table.ravel(), taus) for table in tables], axis=0)
    drawn = np.mean([resampled(table, lambda one, axis: share_at_least(one, taus, axis)) for table in tables], axis=0)
    low, high = np.quantile(drawn, _tails(), axis=0)
    return Profile(taus, share, low, high)


def improvement(x: Floats, y: Floats) -> float:
    """Return P(X > Y), half of P(X = Y) added: over days of (seeds, days) each, and all pairs of a seed of X and one of Y.

    Raises InvalidInput where the days differ in number.
    """
    return float(_wins(x, y).mean())


def improvement_estimate(pairs: Sequence[tuple[Floats, Floats]]) -> Estimate:
    """Return P(X > Y) over one scenario or more, each a pair of tables of the same days, scenarios of equal weight.

    The bootstrap draws days with replacement, the same for X and Y, and within each day the seeds of both.
    Raises InvalidInput where there is nothing to compare or days differ in number.
    """
    if not pairs:
        raise InvalidInput("improvement", ["needs one scenario at least that both have run"])
    value = float(np.mean([improvement(x, y) for x, y in pairs]))
    low, high = np.quantile(np.mean([_resampled_wins(_wins(x, y)) for x, y in pairs], axis=0), _tails())
    return Estimate(value, float(low), float(high))


def _wins(x: Floats, y: Floats) -> Floats:
    """Return (seeds of X, seeds of Y, days): 1 where X scores higher, 0.5 where both score the same."""
    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if first.shape[1] != second.shape[1]:
        raise InvalidInput("improvement", [f"X has {first.shape[1]} days, Y {second.shape[1]}: compare the same days"])
    a, b = first[:, None, :], second[None, :, :]
    return np.asarray((a > b) + 0.5 * (a == b))


def _resampled_wins(wins: Floats) -> Floats:
    """Return the mean of bootstrap samples of wins (seeds of X, seeds of Y, days)."""
    ours, theirs, days = wins.shape
    generator = np.random.Generator(np.random.PCG64(BOOTSTRAP_SEED))
    found = []
    for _ in range(0, RESAMPLES, AT_ONCE):
        day = generator.integers(days, size=(AT_ONCE, 1, 1, days))
        first = generator.integers(ours, size=(AT_ONCE, ours, 1, days))
        second = generator.integers(theirs, size=(AT_ONCE, 1, theirs, days))
        found.append(wins[first, second, day].mean(axis=(1, 2, 3)))
    return np.concatenate(found)


def borda(scores: Sequence[Mapping[Name, float | None]], names: Sequence[Name]) -> dict[Name, float]:
    """Return the Borda points of each name: over scenarios, how many others it beats, equal scores counting half.

    `scores` are those of one scenario each by name; a name that is missing there or None takes no part: it gets nothing, and all
    that take part beat it. At most (names - 1) times the number of scenarios.
    """
    points = dict.fromkeys(names, 0.0)
    for found in scores:
        for name in names:
            own = found.get(name)
            if own is not None:
                others = [found.get(other) for other in names if other != name]
                points[name] += sum(1.0 if other is None or own > other else 0.5 * (own == other) for other in others)
    return points


def _tails() -> list[float]:
    tail = (1.0 - CONFIDENCE) / 2.0
    return [tail, 1.0 - tail]
