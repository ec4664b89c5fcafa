"""EventQueue: what happens next."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Phase(IntEnum):
    """What comes first among events of one time; REPORT + level goes up, DECISION - level comes down."""

    CLOCK = 0
    DISTURBANCE = 1
    ARRIVAL = 2
    SAMPLE = 5
    REPORT = 10
    DECISION = 30


@dataclass(order=True, slots=True)
class Event:
    """One thing to happen at time_ns; of equal time and order, the one scheduled first."""

    time_ns: int
    order: int
    number: int
    happen: Callable[[], None] = field(compare=False)
    label: str = field(compare=False, default="")
    cancelled: bool = field(compare=False, default=False)

    def cancel(self) -> None:
        """Let it not happen; no matter if it already has."""
        self.cancelled = True


class EventQueue:
    """Events in order of time, phase and scheduling: never of anything that a process may shuffle."""

    def __init__(self) -> None:
        """Begin empty, at time 0."""
        self._heap: list[Event] = []
        self._number = 0
        self.now_ns = 0

    def push(self, time_ns: int, order: int, happen: Callable[[], None], label: str = "") -> Event:
        """Schedule something and return its event, which can be cancelled; raise ValueError for the past."""
        if time_ns < self.now_ns:
            raise ValueError(f"{label or 'event'}: {time_ns} ns is before now, {self.now_ns} ns")
        event = Event(time_ns, order, self._number, happen, label)
        self._number += 1
        heapq.heappush(self._heap, event)
        return event

    def pop(self) -> Event | None:
        """Return the next event that is not cancelled and move the time there; None if there is none."""
        while self._heap:
            event = heapq.heappop(self._heap)
            if not event.cancelled:
                self.now_ns = event.time_ns
                return event
        return None

    def __len__(self) -> int:
        """Return how many events are still to happen."""
        return sum(not event.cancelled for event in self._heap)
