"""Jitter: how a nominal time scatters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.heron.errors import refuse

if TYPE_CHECKING:
    import numpy as np

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

    def factor(self, generator: np.random.Generator) -> float:
        """Return a factor of mean about 1, never negative."""
        if self.still:
            return 1.0
        if self.kind == "uniform":
            return 1.0 + self.scale * float(generator.uniform(-1.0, 1.0))
        if self.kind == "gaussian":
            return max(0.0, 1.0 + self.scale * float(generator.standard_normal()))
        return math.exp(self.scale * float(generator.standard_normal()) - 0.5 * self.scale**2)
