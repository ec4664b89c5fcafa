"""Disturbances: changes of the world that no agent asked for."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.heron.scheduling.clock import NS_PER_S, time_faults, to_ns

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np


@dataclass(frozen=True, slots=True)
class Change:
    """Adds to a field (agent/feature.field), or sets it, by an amount in the field's unit; held within its bounds."""

    path: str
    amount: float
    sets: bool = False

    def faults(self) -> list[str]:
        """Return what is wrong with it."""
        return [] if math.isfinite(self.amount) else [f"disturbance of {self.path}: amount {self.amount} is not finite"]


class Disturbance(ABC):
    """A change, and when it happens."""

    change: Change

    @abstractmethod
    def times(self, generator: np.random.Generator) -> Iterator[int]:
        """Yield the times (nanoseconds of the episode), in order."""

    @abstractmethod
    def faults(self) -> list[str]:
        """Return what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Scheduled(Disturbance):
    """Happens at given seconds of the episode."""

    change: Change
    at_s: tuple[float, ...]

    def times(self, generator: np.random.Generator) -> Iterator[int]:  # noqa: ARG002 - nothing is drawn
        """Yield the times (nanoseconds), in order."""
        return iter(sorted(to_ns(at) for at in self.at_s))

    def faults(self) -> list[str]:
        """Return what is wrong with it."""
        return self.change.faults() + [f for at in self.at_s for f in time_faults(at, f"disturbance of {self.change.path}: at_s")]


@dataclass(frozen=True, slots=True)
class Poisson(Disturbance):
    """Happens at random, rate_per_h times an hour on average, each independent of the last."""

    change: Change
    rate_per_h: float

    def times(self, generator: np.random.Generator) -> Iterator[int]:
        """Yield the times (nanoseconds), in order, without end."""
        now = 0.0
        while self.rate_per_h > 0:
            now += float(generator.exponential(3600.0 / self.rate_per_h))
            yield round(now * NS_PER_S)

    def faults(self) -> list[str]:
        """Return what is wrong with it."""
        good = math.isfinite(self.rate_per_h) and self.rate_per_h >= 0
        text = f"disturbance of {self.change.path}: rate_per_h {self.rate_per_h} is not a finite number from 0"
        return self.change.faults() + ([] if good else [text])
