"""Arena: what a trainer needs of an environment, and the batched plant as one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from gridbench.envs.batch import BatchEnv
from gridbench.plant.torch_flow import TorchFlow
from gridbench.plant.violations import excess_row
from gridbench.policies import make_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from gridbench.envs.acting import Acting
    from gridbench.envs.observation import Observations
    from gridbench.plant.plant import StepResult
    from gridbench.policies import Policy
    from gridbench.scenario.scenario import Scenario

TEACHER = "rule"


class Outcome(NamedTuple):
    """What a step came to by day: the series it was in (batch, columns), money (usd), and whether it violated a limit."""

    weather: NDArray[np.float64]
    cost_usd: NDArray[np.float64]
    violating: NDArray[np.bool_]


class Arena(ABC):
    """Whole days of a split, played side by side; all arrays by agent begin with (batch,)."""

    def __init__(self, scenario: Scenario, split: str, batch: int, acting: Acting, teacher: Policy | None = None) -> None:
        """Hold the acting agents, and the teacher: `rule` by default."""
        self.scenario, self.split, self.batch, self.acting = scenario, split, batch, acting
        self.agents = acting.agents
        self._teacher = make_policy(TEACHER, scenario) if teacher is None else teacher
        self._seen: Observations = {}
        self._left = 0

    @property
    def over(self) -> bool:
        """Whether the days have ended, or none has begun."""
        return self._left == 0

    def state(self) -> NDArray[np.float32]:
        """Return the observations of all agents side by side (batch, numbers of all agents), for a central critic."""
        return np.concatenate([self._seen[agent] for agent in self.agents], axis=1)

    def reset(self, days: Sequence[int]) -> Observations:
        """Begin days of the split, one an element; return the observations (batch, fields). Raises InvalidInput."""
        self._left, self._seen = self.scenario.steps, self._begin(days)
        self._teacher.reset(self.scenario, self.scenario.window(self.split, days[0]), 0)
        return self._seen

    def step(self, actions: Mapping[str, NDArray[np.floating]]) -> tuple[Observations, Outcome]:
        """Step with actions (batch, entries), clipped to [-1, 1]; return observations and the outcome. Raises InvalidInput."""
        self._seen, outcome = self._advance(actions)
        self._left -= 1
        return self._seen, outcome

    @abstractmethod
    def taught(self) -> dict[str, NDArray[np.float64]]:
        """Return what the teacher would do now (batch, entries); it is asked once a step at most, and sees what policies do."""

    @abstractmethod
    def _begin(self, days: Sequence[int]) -> Observations: ...

    @abstractmethod
    def _advance(self, actions: Mapping[str, NDArray[np.floating]]) -> tuple[Observations, Outcome]: ...


Arenas: TypeAlias = "Callable[[Scenario, str, int], Arena]"
"""Makes arenas of one kind: of a scenario, on a split, so many days side by side."""


class BatchArena(Arena):
    """The environment that policies are scored in."""

    def __init__(
        self, scenario: Scenario, split: str, batch: int, flow: str | None = None, teacher: Policy | None = None
    ) -> None:
        """Build the environment; `flow` names the device of torch that solves its networks, if one does. Raises InvalidInput."""
        self.env = BatchEnv(scenario, batch, flow=None if flow is None else TorchFlow(scenario.feeder, flow))
        super().__init__(scenario, split, batch, self.env.acting, teacher)

    def taught(self) -> dict[str, NDArray[np.float64]]:
        """Return the teacher's actions."""
        return self._teacher.act(self._seen)

    def _begin(self, days: Sequence[int]) -> Observations:
        return self.env.reset([self.scenario.window(self.split, day) for day in days])

    def _advance(self, actions: Mapping[str, NDArray[np.floating]]) -> tuple[Observations, Outcome]:
        weather = self.env.plant.weather[self.env.plant.t]
        seen, _, result = self.env.step(actions)
        return seen, Outcome(weather, result.cost_usd, violates(self.scenario, result))


def violates(scenario: Scenario, result: StepResult) -> NDArray[np.bool_]:
    """Return which elements of a batch pass a limit of the network in a step, or are dark (batch,)."""
    past = excess_row(scenario, result.v_pu, result.loading, (result.p_root_mw, result.q_root_mvar))
    found: NDArray[np.bool_] = past.any(axis=1) | result.blackout
    return found
