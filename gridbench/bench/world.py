"""Where episodes are played: the environment with a batch of one, and the plant alone for replays."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench.trajectory import Trajectory, replay
from gridbench.bench.unbalanced import judged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gridbench.bench.record import PlantName
    from gridbench.envs.batch import BatchEnv
    from gridbench.envs.observation import Observations
    from gridbench.plant.plant import Plant, StepResult
    from gridbench.plant.three_phase_plant import ThreePhasePlant
    from gridbench.scenario.scenario import Columns, Scenario


class World:
    """The environment and the plant of a scenario, one episode at a time, each built when it is first needed."""

    def __init__(self, scenario: Scenario, judge: PlantName = "balanced") -> None:
        """Name the scenario and the plant that judges what was done in the balanced one.

        Raises InvalidInput where the unbalanced network of the scenario is not known; nothing else is built yet.
        """
        self.scenario, self.judge = scenario, judge
        self._phases = self._unbalanced() if judge == "three_phase" else None

    @cached_property
    def env(self) -> BatchEnv:
        """The environment with a batch of one."""
        from gridbench.envs.batch import BatchEnv  # noqa: PLC0415

        return BatchEnv(self.scenario, 1)

    @cached_property
    def plant(self) -> Plant:
        """The plant with a batch of one."""
        from gridbench.plant.plant import Plant  # noqa: PLC0415

        return Plant(self.scenario, 1)

    def _unbalanced(self) -> ThreePhasePlant:
        from gridbench.plant.three_phase_plant import ThreePhasePlant  # noqa: PLC0415

        return ThreePhasePlant(self.scenario)

    @property
    def asks(self) -> tuple[str, ...]:
        """The names of the asks, in order."""
        return self.plant.layout.asks

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """How many numbers each agent's action has."""
        return dict(self.env.codec.sizes)

    def reset(self, columns: Columns) -> Observations:
        """Begin a day and return the observations by agent, arrays (1, n)."""
        return self.env.reset([columns])

    def decode(self, actions: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float32]:
        """Return the asks (asks,) that actions in [-1, 1] stand for, each in its own unit."""
        asks: NDArray[np.float32] = self.env.codec.decode(actions)[0].astype(np.float32)
        return asks

    def step(self, actions: Mapping[str, NDArray[np.float64]]) -> tuple[Observations, StepResult]:
        """Act, and return the observations and the plant's result."""
        observations, _, result = self.env.step(actions)
        return observations, result

    def replay(self, split: str, day: int, asks: NDArray[np.float32]) -> Trajectory:
        """Return what the plant does on a day when it is asked for `asks` (steps, asks), as the judging plant has it."""
        columns = self.scenario.window(split, day)
        return self.judged(columns, replay(self.plant, columns, asks))

    def judged(self, columns: Columns, run: Trajectory) -> Trajectory:
        """Return an episode of the balanced plant as the judging plant has it."""
        return run if self._phases is None else judged(self._phases, columns, run)
