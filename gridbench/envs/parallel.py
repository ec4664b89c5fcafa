"""The environment for PettingZoo: all agents act at once, one day an episode."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from gridbench.envs.batch import BatchEnv
from gridbench.envs.field import LIMIT
from gridbench.errors import InvalidInput
from gridbench.plant.violations import excesses
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.plant.plant import StepResult
    from gridbench.scenario.scenario import Scenario

Arrays = dict[str, NDArray[np.float32]]
Infos = dict[str, dict[str, Any]]


class GridParallelEnv(ParallelEnv):  # type: ignore[misc]
    """One copy of a scenario; every reset draws a day of the split, or plays the day that `options={"day": n}` names.

    The agents are those that own asks; they never change within a day, and all of them end together, terminated, after the
    last step. Observations are float32 in [-5, 5], actions float32 in [-1, 1] (clipped beyond); infos carry `cost_usd` (of
    the step, all agents), `violations` (buses, branches and tie outside their limits, as scored) and `blackout`.
    """

    metadata = {"name": "gridbench_v1", "render_modes": [], "is_parallelizable": True}  # noqa: RUF012
    render_mode = None

    def __init__(
        self, scenario: Scenario, split: str = "train", seed: int | None = None, reward: Literal["shared", "own"] = "shared"
    ) -> None:
        """Build the environment. Raises UnknownName for an unknown split, InvalidInput for an unknown reward."""
        self.scenario = scenario
        self.split = scenario.split(split)
        self.core = BatchEnv(scenario, 1, reward)
        self.possible_agents = list(self.core.agents)
        self.agents: list[str] = []
        self.day = -1
        self._generator = np.random.default_rng(seed)
        sizes = self.core.observer.sizes
        self.observation_spaces = {agent: Box(-LIMIT, LIMIT, (sizes[agent],), np.float32) for agent in self.possible_agents}
        self.action_spaces = {agent: Box(-1.0, 1.0, (n,), np.float32) for agent, n in self.core.codec.sizes.items()}
        size = sum(sizes[agent] for agent in self.possible_agents)
        self.state_space = Box(-LIMIT, LIMIT, (size,), np.float32)

    def observation_space(self, agent: str) -> Box:
        """Return the space of an agent's observations, always the same object."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Box:
        """Return the space of an agent's actions, always the same object."""
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: Mapping[str, Any] | None = None) -> tuple[Arrays, Infos]:
        """Begin a day, return observations and infos; a seed restarts the drawing of days. Raises InvalidInput for a bad day."""
        if seed is not None:
            self._generator = np.random.default_rng(seed)
        drawn = int(self._generator.choice(self.split.days))
        self.day = _day((options or {}).get("day", drawn))
        seen = self.core.reset([self.scenario.window(self.split.name, self.day)])
        self.agents = list(self.possible_agents)
        return {agent: seen[agent][0] for agent in self.agents}, {agent: {"day": self.day} for agent in self.agents}

    def step(
        self, actions: Mapping[str, NDArray[np.floating]]
    ) -> tuple[Arrays, dict[str, float], dict[str, bool], dict[str, bool], Infos]:
        """Step all agents. Raises InvalidInput for what is no action (NaN, shape, missing agent), or when the day is over."""
        if not self.agents:
            raise InvalidInput("GridParallelEnv.step", ["the day is over (or none has begun): call reset first"])
        batched = {agent: np.asarray(action)[None] for agent, action in actions.items()}
        seen, rewards, result = self.core.step(batched)
        over, agents = self.core.over, self.agents
        info = self._info(result)
        if over:
            self.agents = []
        return (
            {agent: seen[agent][0] for agent in agents},
            {agent: float(rewards[agent][0]) for agent in agents},
            dict.fromkeys(agents, over),
            dict.fromkeys(agents, False),
            {agent: dict(info) for agent in agents},
        )

    def state(self) -> NDArray[np.float32]:
        """Return the observations of all agents in one array (fields of all agents,)."""
        return np.asarray(self.core.state()[0])

    def render(self) -> None:
        """Show nothing: there is no render mode."""

    def close(self) -> None:
        """Release nothing."""

    def _info(self, result: StepResult) -> dict[str, Any]:
        dark, root = bool(result.blackout[0]), (result.p_root_mw, result.q_root_mvar)
        passed = {} if dark else excesses(self.scenario, result.v_pu, result.loading, root)
        broken = sum(int(np.count_nonzero(over)) for over in passed.values())
        return {"cost_usd": float(result.cost_usd[0]), "violations": broken, "blackout": dark}


def _day(number: object) -> int:
    try:
        return operator.index(number)  # type: ignore[arg-type]  # what has no index is refused
    except TypeError:
        raise InvalidInput("GridParallelEnv.reset", [f"the day is {number!r}: give a whole number"]) from None


def parallel_env(
    scenario: Scenario | str, split: str = "train", seed: int | None = None, reward: Literal["shared", "own"] = "shared"
) -> GridParallelEnv:
    """Return the PettingZoo environment of a scenario, or of its name. Raises UnknownName, InvalidInput."""
    return GridParallelEnv(load_scenario(scenario) if isinstance(scenario, str) else scenario, split, seed, reward)
