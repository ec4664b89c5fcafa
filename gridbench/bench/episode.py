"""Episodes: a policy acts for a day in the simulator, or for several days side by side."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench.actions import checked
from gridbench.bench.journal import Finished
from gridbench.bench.metrics import measure
from gridbench.bench.record import Failure
from gridbench.bench.trajectory import Trajectory, row, trajectories
from gridbench.errors import InvalidInput, PolicyFailure
from gridbench.policies.idle import idle_asks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gridbench.bench.world import World
    from gridbench.envs.observation import Observations
    from gridbench.policies import Policy
    from gridbench.scenario.scenario import Columns, Scenario


@dataclass(frozen=True, eq=False)
class Episode:
    """What a policy did in one day, the mean seconds of a decision of all agents, where it failed, and its own counts."""

    seed: int
    day: int
    trajectory: Trajectory
    seconds_per_decision: float
    failure: Failure | None = None
    notes: Mapping[str, float] = field(default_factory=dict)

    def finished(self, scenario: Scenario, columns: Columns) -> Finished:
        """Return the episode as the journal keeps it."""
        lost = 0 if self.failure is None else scenario.steps - self.failure.step
        told = {"lost_steps": float(lost), "seconds_per_decision": self.seconds_per_decision}
        numbers = {**measure(scenario, columns, self.trajectory), **told}
        return Finished(self.seed, self.day, self.trajectory.asks, numbers, self.failure, self.notes)


def play(world: World, policy: Policy, split: str, day: int, seed: int) -> Episode:
    """Return the episode of one (seed, day).

    Raises InvalidInput where the policy's actions are no actions; those of a contained policy lose the episode instead.
    """
    return play_days(world, policy, split, (day,), seed)[0]


def play_days(
    world: World, policy: Policy, split: str, days: Sequence[int], seed: int, *, seconds_per_decision: float | None = None
) -> list[Episode]:
    """Return the episodes of a seed on several days, played side by side: more than one only for a policy that is `batched`.

    `seconds_per_decision` is what a decision for one grid takes, where it is known already: side by side it cannot be timed.
    Raises InvalidInput as `play`.
    """
    scenario, several = world.scenario, len(days)
    columns = [scenario.window(split, day) for day in days]
    turn = _Turn(world, policy, several, f"policy {policy.name!r}, {split} day {days[0]}, seed {seed}", (seed, days[0]))
    observations = world.reset(columns)
    turn.begin(columns[0])
    asks, rows = [], []
    for step in range(scenario.steps):
        asks.append(turn.asks(observations, step))
        observations, result = world.step(asks[-1])
        rows.append(row(result))
    seconds = turn.seconds / scenario.steps if seconds_per_decision is None else seconds_per_decision
    runs = [world.judged(day, run) for day, run in zip(columns, trajectories(asks, rows), strict=True)]
    return [Episode(seed, day, run, seconds, turn.failure, dict(policy.notes)) for day, run in zip(days, runs, strict=True)]


class _Turn:
    """Asks a policy for its actions; once a contained one has failed, the devices are left alone to the end of the day."""

    def __init__(self, world: World, policy: Policy, batch: int, where: str, key: tuple[int, int]) -> None:
        self._world, self._policy, self._batch, self._where, self._key = world, policy, batch, where, key
        self.failure: Failure | None = None
        self.seconds = 0.0

    def begin(self, columns: Columns) -> None:
        try:
            self._policy.reset(self._world.scenario, columns, self._key[0])
        except PolicyFailure as failure:
            self._fail(0, failure)

    def asks(self, observations: Observations, step: int) -> NDArray[np.float32]:
        """Return the asks (batch, asks) of a step."""
        if self.failure is None:
            try:
                return self._world.decode(self._act(observations, step))
            except PolicyFailure as failure:
                self._fail(step, failure)
        return np.tile(idle_asks(self._world.scenario).astype(np.float32), (self._batch, 1))

    def _act(self, observations: Observations, step: int) -> dict[str, NDArray[np.float64]]:
        begun = time.perf_counter()
        answer = self._policy.act(observations)
        self.seconds += time.perf_counter() - begun
        try:
            return checked(answer, self._world.sizes, f"{self._where}, step {step}", self._batch)
        except InvalidInput as error:
            if self._policy.contained:
                raise PolicyFailure(error.faults[0]) from error
            raise

    def _fail(self, step: int, failure: PolicyFailure) -> None:
        if not self._policy.contained:
            raise failure
        seed, day = self._key
        self.failure = Failure(seed=seed, day=day, step=step, reason=_line(failure.reason))


def _line(reason: str) -> str:
    """Return a reason as one printable line of at most 300 characters."""
    shown = "".join(one if one.isascii() and one.isprintable() else one.encode("unicode_escape").decode() for one in reason)
    return shown[:300] or "no reason was given"
