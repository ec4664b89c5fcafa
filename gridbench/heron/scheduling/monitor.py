"""Monitors: conditions on the world that are watched, and wake agents."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.heron.scheduling.clock import time_faults, to_ns

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True)
class Monitor:
    """Fires when a field (agent/feature.field) is above or below a limit, at most every cooldown_s, or only once.

    It looks whenever the timeline touches the world; the agents in `wakes` then sample at once.
    """

    name: str
    path: str
    above: float | None = None
    below: float | None = None
    cooldown_s: float = 0.0
    once: bool = False
    wakes: tuple[str, ...] = ()

    def faults(self, agents: Collection[str]) -> list[str]:
        """Return what is wrong with it."""
        where = f"monitor {self.name}"
        limits = [limit for limit in (self.above, self.below) if limit is not None]
        faults = [] if limits else [f"{where}: no limit; give above or below"]
        faults += [f"{where}: limit {limit} is not finite" for limit in limits if not math.isfinite(limit)]
        faults += time_faults(self.cooldown_s, f"{where}.cooldown_s")
        return faults + [f"{where}: wakes {name!r}, who is no agent" for name in self.wakes if name not in agents]

    def holds(self, value: float) -> bool:
        """Return whether the condition holds for a value in the field's unit."""
        return (self.above is not None and value > self.above) or (self.below is not None and value < self.below)


class Watch:
    """A monitor in one episode: when it last fired, and whether it still may."""

    def __init__(self, monitor: Monitor, column: int) -> None:
        """Watch a column of the state."""
        self.monitor, self.column = monitor, column
        self.held = False
        self.last_ns: int | None = None
        self.cancelled = False

    def cancel(self) -> None:
        """Watch no more."""
        self.cancelled = True

    def fires(self, value: float, now_ns: int) -> bool:
        """Return whether it fires now: when the condition begins to hold, and again after each cool-down that it holds."""
        held, self.held = self.held, self.monitor.holds(value)
        if not self.held or self.cancelled:
            return False
        cool = to_ns(self.monitor.cooldown_s)
        rested = self.last_ns is None or now_ns - self.last_ns >= cool
        if not rested or (held and cool == 0):
            return False
        self.last_ns = now_ns
        self.cancelled = self.monitor.once
        return True
