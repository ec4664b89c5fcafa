"""Jitter: how a nominal time scatters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.heron.errors import refuse

if TYPE_CHECKING:
    import numpy as np

BLOCK = 64
KINDS = ("none", "uniform", "gaussian", "lognormal")


@dataclass(frozen=True, slots=True)
class Jitter:
    """A kind and a relative scale: 0.1 scatters by 10 % (uniform: at most; gaussian, lognormal: standard deviation)."""

    kind: str = "none"
    scale: float = 0.0

    def faults(self) -> list[str]:
        """Return what is wrong with it."""
        faults = [] if self.kind in KINDS else [f"jitter: unknown kind {self.kind!r}; known: {', '.join(KINDS)}"]
        good = math.isfinite(self.scale) and self.scale >= 0
        faults += [] if good else [f"jitter: scale {self.scale} is not a finite number from 0"]
        negative = self.kind == "uniform" and self.scale > 1
        return faults + (["jitter: a uniform scale above 1 makes negative times"] if negative else [])

    def __post_init__(self) -> None:
        """Raise DeclarationError for an unknown kind or a bad scale."""
        refuse("schedule", self.faults())

    @property
    def still(self) -> bool:
        """Whether nothing scatters."""
        return self.kind == "none" or self.scale == 0

    def draw(self, generator: np.random.Generator, count: int) -> list[float]:
        """Return factors of mean about 1, never negative; a block of them is the same as so many one by one."""
        if self.still:
            return [1.0] * count
        if self.kind == "uniform":
            return [1.0 + self.scale * draw for draw in generator.uniform(-1.0, 1.0, count).tolist()]
        normal = generator.standard_normal(count).tolist()
        if self.kind == "gaussian":
            return [max(0.0, 1.0 + self.scale * draw) for draw in normal]
        return [math.exp(self.scale * draw - 0.5 * self.scale**2) for draw in normal]


class Factors:
    """The factors of one stream, drawn by the block, as that is cheaper."""

    def __init__(self, jitter: Jitter, generator: np.random.Generator) -> None:
        """Draw from a generator that no one else draws from."""
        self._jitter, self._generator = jitter, generator
        self._left: list[float] = []

    def next(self) -> float:
        """Return the next factor."""
        if not self._left:
            self._left = self._jitter.draw(self._generator, BLOCK)[::-1]
        return self._left.pop()
