"""Where episodes are played: the environment of one day or of several side by side, and the plant alone for replays."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench.trajectory import Trajectory, replay
from gridbench.bench.unbalanced import judged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gridbench.bench.record import PlantName
    from gridbench.envs.batch import BatchEnv
    from gridbench.envs.observation import Observations
    from gridbench.plant.plant import Plant, StepResult
    from gridbench.plant.three_phase_plant import ThreePhasePlant
    from gridbench.scenario.scenario import Columns, Scenario


class World:
    """The environment and the plant of a scenario, each built when it is first needed."""

    def __init__(self, scenario: Scenario, judge: PlantName = "balanced") -> None:
        """Name the scenario and the plant that judges what was done in the balanced one.

        Raises InvalidInput where the unbalanced network of the scenario is not known; nothing else is built yet.
        """
        self.scenario, self.judge = scenario, judge
        self._envs: dict[int, BatchEnv] = {}
        self._env: BatchEnv | None = None
        self._phases = self._unbalanced() if judge == "three_phase" else None

    @property
    def env(self) -> BatchEnv:
        """The environment of the last reset, with a batch of one before any."""
        return self._env or self._env_of(1)

    def _env_of(self, batch: int) -> BatchEnv:
        from gridbench.envs.batch import BatchEnv  # noqa: PLC0415

        if batch not in self._envs:
            self._envs[batch] = BatchEnv(self.scenario, batch)
        return self._envs[batch]

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

    def reset(self, days: Sequence[Columns]) -> Observations:
        """Begin days, side by side, and return the observations by agent, arrays (days, n)."""
        self._env = self._env_of(len(days))
        return self._env.reset(days)

    def decode(self, actions: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float32]:
        """Return the asks (days, asks) that actions in [-1, 1] stand for, each in its own unit."""
        return self.env.codec.decode(actions).astype(np.float32)

    def step(self, asks: NDArray[np.float32]) -> tuple[Observations, StepResult]:
        """Ask, and return the observations and the plant's result."""
        observations, _, result = self.env.step_asks(asks)
        return observations, result

    def replay(self, split: str, day: int, asks: NDArray[np.float32]) -> Trajectory:
        """Return what the plant does on a day when it is asked for `asks` (steps, asks), as the judging plant has it."""
        columns = self.scenario.window(split, day)
        return self.judged(columns, replay(self.plant, columns, asks))

    def judged(self, columns: Columns, run: Trajectory) -> Trajectory:
        """Return an episode of the balanced plant as the judging plant has it."""
        return run if self._phases is None else judged(self._phases, columns, run)
