"""Whether fresh days are worse than the recorded ones by more than chance makes plausible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = NDArray[np.float64]

LEVEL = 0.01
"""A share of chance below this is flagged."""
PERMUTATIONS = 9_999
SEED = 20_240_301


def chance_of_worse(recorded: Floats, fresh: Floats, statistic: Callable[..., Floats]) -> float:
    """Return how often a split of all days by chance makes the fresh ones at least as much smaller as they are.

    One number a day, larger is better. The permutation test: were recorded and fresh days drawn alike, each choice of
    len(fresh) days out of all would be as likely as the one seen; the difference of `statistic` (of the last axis) is compared
    over PERMUTATIONS of them, from a generator of its own with a fixed seed. Good, Permutation, Parametric and Bootstrap Tests
    of Hypotheses, 2005, chapter 3.
    """
    recorded, fresh = np.asarray(recorded, dtype=np.float64), np.asarray(fresh, dtype=np.float64)
    generator = np.random.Generator(np.random.PCG64(SEED))
    pooled = np.tile(np.concatenate([fresh, recorded]), (PERMUTATIONS, 1))
    mixed = generator.permuted(pooled, axis=1)
    m = len(fresh)
    seen = float(statistic(fresh, axis=-1) - statistic(recorded, axis=-1))
    drawn = statistic(mixed[:, :m], axis=-1) - statistic(mixed[:, m:], axis=-1)
    tolerance = 1e-12 * max(1.0, abs(seen))  # sums in another order are no difference
    return float((1 + np.count_nonzero(drawn <= seen + tolerance)) / (1 + PERMUTATIONS))
