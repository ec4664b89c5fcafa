"""Delays: the draws of one agent's times in one episode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.heron.scheduling.clock import to_ns
from gridbench.heron.streams import stream

if TYPE_CHECKING:
    from gridbench.heron.scheduling.timing import Timing

WHAT = ("tick", "observation", "action", "message", "loss")


class Delays:
    """Nanoseconds, drawn from one stream each, so that one cause never shifts the draws of another."""

    def __init__(self, agent: str, timing: Timing, step_ns: int, seed: int) -> None:
        """Begin an episode's draws."""
        self.timing = timing
        self.tick_ns = step_ns if timing.tick_s is None else to_ns(timing.tick_s)
        self.deadline_ns = self.tick_ns if timing.deadline_s is None else to_ns(timing.deadline_s)
        self.stale_ns = self.tick_ns if timing.stale_s is None else to_ns(timing.stale_s)
        self._streams = {what: stream(seed, "delays", agent, what) for what in WHAT}
        self._nominal_ns = to_ns(timing.offset_s)

    def first_tick(self) -> int:
        """Return when the agent first samples."""
        return self._nominal_ns

    def next_tick(self, now_ns: int) -> int:
        """Return when it samples next: the clock does not drift, jitter is about the nominal tick, time only goes on."""
        self._nominal_ns += self.tick_ns
        factor = self.timing.jitter.factor(self._streams["tick"])
        return max(now_ns + 1, self._nominal_ns + round((factor - 1.0) * self.tick_ns))

    def observation(self) -> int:
        """Return how long a sample takes to reach the agent."""
        return self._scattered("observation", self.timing.observation_s)

    def action(self) -> int:
        """Return how long an action takes to act."""
        return self._scattered("action", self.timing.action_s)

    def message(self) -> int:
        """Return how long a message takes."""
        return self._scattered("message", self.timing.message_s)

    def lost(self) -> bool:
        """Return whether a message is lost."""
        return self.timing.loss > 0 and float(self._streams["loss"].random()) < self.timing.loss

    def _scattered(self, what: str, nominal_s: float) -> int:
        return round(to_ns(nominal_s) * self.timing.jitter.factor(self._streams[what])) if nominal_s > 0 else 0
