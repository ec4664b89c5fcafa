"""One episode: a policy acts for one day in the simulator."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench.actions import checked
from gridbench.bench.journal import Finished
from gridbench.bench.metrics import measure
from gridbench.bench.trajectory import Trajectory, row, trajectory

if TYPE_CHECKING:
    from gridbench.bench.world import World
    from gridbench.policies import Policy
    from gridbench.scenario.scenario import Columns, Scenario


@dataclass(frozen=True, eq=False)
class Episode:
    """What a policy did in one day, and the mean seconds that a decision of all agents took it."""

    seed: int
    day: int
    trajectory: Trajectory
    seconds_per_decision: float

    def finished(self, scenario: Scenario, columns: Columns) -> Finished:
        """Return the episode as the journal keeps it."""
        numbers = {**measure(scenario, columns, self.trajectory), "seconds_per_decision": self.seconds_per_decision}
        return Finished(self.seed, self.day, self.trajectory.asks, numbers)


def play(world: World, policy: Policy, split: str, day: int, seed: int) -> Episode:
    """Return the episode of one (seed, day); raises InvalidInput where the policy's actions are no actions."""
    columns = world.scenario.window(split, day)
    observations = world.reset(columns)
    policy.reset(world.scenario, columns, seed)
    asks, rows, seconds = [], [], 0.0
    for step in range(world.scenario.steps):
        begun = time.perf_counter()
        answer = policy.act(observations)
        seconds += time.perf_counter() - begun
        actions = checked(answer, world.sizes, f"policy {policy.name!r}, {split} day {day}, seed {seed}, step {step}")
        asks.append(world.decode(actions))
        observations, result = world.step(actions)
        rows.append(row(result))
    run = world.judged(columns, trajectory(np.stack(asks), rows))
    return Episode(seed, day, run, seconds / world.scenario.steps)
