"""World: the plant on a timeline, advanced by elapsed time, disturbed and watched."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.errors import refuse
from gridbench.heron.scheduling.clock import to_s
from gridbench.heron.scheduling.event_queue import Phase
from gridbench.heron.scheduling.monitor import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gridbench.heron.scheduling.disturbance import Change
    from gridbench.heron.scheduling.event_queue import Event, EventQueue
    from gridbench.heron.scheduling.monitor import Monitor
    from gridbench.heron.scheduling.timeline import Timeline
    from gridbench.heron.streams import Array
    from gridbench.heron.wiring import Wiring


class Series:
    """The occurrences of one disturbance; cancelling it cancels those to come."""

    def __init__(self, times: Iterator[int], change: Change) -> None:
        """Hold when, and what."""
        self.times, self.change = times, change
        self.event: Event | None = None
        self.cancelled = False

    def cancel(self) -> None:
        """Let no more of them happen."""
        self.cancelled = True
        if self.event is not None:
            self.event.cancel()


class World:
    """One environment's state, and the controls that are held."""

    def __init__(
        self, wiring: Wiring, seed: int, queue: EventQueue, timeline: Timeline, wake: Callable[[str], None]
    ) -> None:
        """Begin an episode: the plant starts, controls idle; `wake` is called with agents that a monitor wakes."""
        self.wiring, self.queue, self.timeline, self.wake = wiring, queue, timeline, wake
        self.values = wiring.reset([seed])
        self.controls = np.concatenate([agent.action.idle(1) for agent in wiring.agents.values()], axis=1)
        self.watches: list[Watch] = []
        self._at_ns = 0

    def advance(self) -> None:
        """Bring the world to now."""
        now = self.queue.now_ns
        if now > self._at_ns:
            elapsed = to_s(now - self._at_ns)
            self.values = self.wiring.dynamics.advance(self.values, self.controls, to_s(self._at_ns), elapsed)
            self._at_ns = now
            self._look()

    def hold(self, agent: str, values: Array) -> None:
        """Hold an agent's controls (in units) from now on."""
        columns = self.wiring.controls[agent]
        if np.array_equal(self.controls[:, columns], values):
            return
        self.advance()
        self.controls = self.controls.copy()
        self.controls[:, columns] = values

    def watch(self, monitor: Monitor) -> Watch:
        """Watch a condition from now on; the watch can be cancelled."""
        watch = Watch(monitor, self.wiring.layout.column(monitor.path))
        self.watches.append(watch)
        return watch

    def disturb(self, times: Iterator[int], change: Change) -> Series:
        """Schedule a change at all its times; the series can be cancelled; raise DeclarationError for the past."""
        series = Series(times, change)
        self._next(series)
        return series

    def _next(self, series: Series) -> None:
        at = next(series.times, None)
        if at is None:
            return
        past = at < self.queue.now_ns
        refuse("schedule", [f"disturbance of {series.change.path}: {to_s(at):g} s is already gone"] if past else [])
        series.event = self.queue.push(at, Phase.DISTURBANCE, partial(self._happen, series), f"disturbance {series.change.path}")

    def _happen(self, series: Series) -> None:
        self.advance()
        change, column = series.change, self.wiring.layout.column(series.change.path)
        slot = self.wiring.layout.slots[column]
        before = float(self.values[0, column])
        after = min(max(change.amount if change.sets else before + change.amount, slot.field.lo), slot.field.hi)
        self.values = self.values.copy()
        self.values[0, column] = after
        now = self.queue.now_ns
        self.timeline.note("disturbance", slot.agent, now, now, f"{slot.name} {before!r} to {after!r}")
        self._look()
        if not series.cancelled:
            self._next(series)

    def _look(self) -> None:
        now = self.queue.now_ns
        for watch in self.watches:
            value = float(self.values[0, watch.column])
            if watch.fires(value, now):
                slot = self.wiring.layout.slots[watch.column]
                self.timeline.note("monitor", slot.agent, now, now, f"{watch.monitor.name}: {slot.name} {value!r}")
                for agent in watch.monitor.wakes:
                    self.wake(agent)
