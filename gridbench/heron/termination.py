"""Rules that end an episode."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.errors import refuse

if TYPE_CHECKING:
    from gridbench.heron.streams import Mask


@dataclass(frozen=True, slots=True)
class Progress:
    """Who says that it is done (environments, agents), the steps taken and the seconds gone."""

    done: Mask
    steps: int
    time_s: float


class Ending(ABC):
    """Says, an environment each, whether an episode is terminated (by the world) or truncated (by the clock)."""

    @abstractmethod
    def ends(self, progress: Progress) -> tuple[Mask, Mask]:
        """Return (terminated, truncated)."""


class AnyAgent(Ending):
    """Terminated when any agent is done."""

    def ends(self, progress: Progress) -> tuple[Mask, Mask]:
        """Return (terminated, truncated)."""
        done = np.asarray(progress.done.any(axis=1))
        return done, np.zeros_like(done)


class AllAgents(Ending):
    """Terminated when all agents are done."""

    def ends(self, progress: Progress) -> tuple[Mask, Mask]:
        """Return (terminated, truncated)."""
        done = np.asarray(progress.done.all(axis=1))
        return done, np.zeros_like(done)


class Steps(Ending):
    """Truncated after so many steps; terminated, where the task itself ends there."""

    def __init__(self, steps: int, *, terminates: bool = False) -> None:
        """Hold the number of steps, and which of the two it is; raise DeclarationError below 1."""
        whole = isinstance(steps, int) and not isinstance(steps, bool)
        faults = [] if whole else [f"steps: {steps!r} is no whole number"]
        refuse("termination", faults or ([] if steps >= 1 else [f"steps: {steps} is below 1"]))
        self.steps, self.terminates = steps, terminates

    def ends(self, progress: Progress) -> tuple[Mask, Mask]:
        """Return (terminated, truncated)."""
        over = np.full(len(progress.done), progress.steps >= self.steps)
        return (over, np.zeros_like(over)) if self.terminates else (np.zeros_like(over), over)


class Time(Ending):
    """Truncated after so many seconds."""

    def __init__(self, seconds: float) -> None:
        """Hold the seconds; raise DeclarationError unless they are finite and above 0."""
        refuse("termination", [] if seconds > 0 and math.isfinite(seconds) else [f"seconds: {seconds} is not above 0"])
        self.seconds = seconds

    def ends(self, progress: Progress) -> tuple[Mask, Mask]:
        """Return (terminated, truncated)."""
        over = np.full(len(progress.done), progress.time_s >= self.seconds)
        return np.zeros_like(over), over


class FirstOf(Ending):
    """Ends when the first of several rules does."""

    def __init__(self, *rules: Ending) -> None:
        """Hold the rules."""
        self.rules = rules

    def ends(self, progress: Progress) -> tuple[Mask, Mask]:
        """Return (terminated, truncated)."""
        terminated = np.zeros(len(progress.done), dtype=bool)
        truncated = terminated.copy()
        for rule in self.rules:
            one, two = rule.ends(progress)
            terminated, truncated = terminated | one, truncated | two
        return terminated, truncated
