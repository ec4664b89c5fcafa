"""EventQueue: what happens next."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
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


@dataclass(slots=True)
class Event:
    """One thing to happen at time_ns."""

    time_ns: int
    happen: Callable[[], None]
    label: str = ""
    cancelled: bool = False

    def cancel(self) -> None:
        """Let it not happen; no matter if it already has."""
        self.cancelled = True


class EventQueue:
    """Events in order of time, phase and scheduling: never of anything that a process may shuffle."""

    def __init__(self) -> None:
        """Begin empty, at time 0."""
        self._heap: list[tuple[int, int, int, Event]] = []
        self._number = 0
        self.now_ns = 0

    def push(self, time_ns: int, order: int, happen: Callable[[], None], label: str = "") -> Event:
        """Schedule something and return its event, which can be cancelled; raise ValueError for the past."""
        if time_ns < self.now_ns:
            raise ValueError(f"{label or 'event'}: {time_ns} ns is before now, {self.now_ns} ns")
        event = Event(time_ns, happen, label)
        heapq.heappush(self._heap, (time_ns, order, self._number, event))
        self._number += 1
        return event

    def pop(self) -> Event | None:
        """Return the next event that is not cancelled and move the time there; None if there is none."""
        while self._heap:
            event = heapq.heappop(self._heap)[3]
            if not event.cancelled:
                self.now_ns = event.time_ns
                return event
        return None

    def waiting(self) -> list[Event]:
        """Return the events that are still to happen, in any order."""
        return [event for *_, event in self._heap if not event.cancelled]

    def __len__(self) -> int:
        """Return how many events are still to happen."""
        return len(self.waiting())
