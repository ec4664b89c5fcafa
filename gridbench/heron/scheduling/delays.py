"""Delays: the draws of one agent's times in one episode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.heron.scheduling.clock import to_ns
from gridbench.heron.scheduling.jitter import Factors
from gridbench.heron.streams import stream

if TYPE_CHECKING:
    from gridbench.heron.scheduling.timing import Timing

WHAT = ("tick", "observation", "action", "message")


class Delays:
    """Nanoseconds, drawn from one stream each, so that one cause never shifts the draws of another."""

    def __init__(self, agent: str, timing: Timing, step_ns: int, seed: int) -> None:
        """Begin an episode's draws."""
        self.timing = timing
        self.tick_ns = step_ns if timing.tick_s is None else to_ns(timing.tick_s)
        self.deadline_ns = self.tick_ns if timing.deadline_s is None else to_ns(timing.deadline_s)
        self.stale_ns = self.tick_ns if timing.stale_s is None else to_ns(timing.stale_s)
        self._loss = stream(seed, "delays", agent, "loss")
        scatter = dict.fromkeys(WHAT, timing.jitter) | ({} if timing.tick_jitter is None else {"tick": timing.tick_jitter})
        self._factors = {what: Factors(scatter[what], stream(seed, "delays", agent, what)) for what in WHAT}
        nominal = {"observation": timing.observation_s, "action": timing.action_s, "message": timing.message_s}
        self._takes_ns = {what: to_ns(seconds) for what, seconds in nominal.items()}
        self._nominal_ns = to_ns(timing.offset_s)

    def first_tick(self) -> int:
        """Return when the agent first samples."""
        return self._nominal_ns

    def next_tick(self, now_ns: int) -> int:
        """Return when it samples next: the clock does not drift, jitter is about the nominal tick, time only goes on."""
        self._nominal_ns += self.tick_ns
        return max(now_ns + 1, self._nominal_ns + round((self._factors["tick"].next() - 1.0) * self.tick_ns))

    def observation(self) -> int:
        """Return how long a sample takes to reach the agent."""
        return self._scattered("observation")

    def action(self) -> int:
        """Return how long an action takes to act."""
        return self._scattered("action")

    def message(self) -> int:
        """Return how long a message takes."""
        return self._scattered("message")

    def lost(self) -> bool:
        """Return whether a message is lost."""
        return self.timing.loss > 0 and float(self._loss.random()) < self.timing.loss

    def _scattered(self, what: str) -> int:
        nominal_ns = self._takes_ns[what]
        return round(nominal_ns * self._factors[what].next()) if nominal_ns else 0
