"""The environment for RLlib (new API stack); importing this module imports ray."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium.spaces import Box, Dict
from ray.rllib.env.multi_agent_env import MultiAgentEnv

from gridbench.envs.field import LIMIT
from gridbench.envs.microgrids import MultiAgentMicrogrids
from gridbench.envs.options import DEFAULTS
from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gridbench.scenario.scenario import Scenario

Arrays = dict[Any, Any]


_OWN: dict[str, Any] = {"scenario": None, "groups": {}, "central": True}
"""Keys of the config that are no options of the grid, and what stands for them where they are left out."""
_Base: Any = MultiAgentEnv  # so that the type checker reads this file alike with ray and without


class GridMultiAgentEnv(_Base):  # type: ignore[misc]
    """The PettingZoo environment as RLlib wants it: fixed agents, each with an observation and a reward in every step.

    Reads from its config: scenario (id, path or Scenario), groups, a dict agent -> (index, size) that adds a one-hot to the
    observation of agents that share a module, and any option of `MultiAgentMicrogrids` (split, seed, reward, agents, ...). An
    observation is {"obs": what the agent sees, "state": what all agents see}, for an actor and a central critic; with
    `central = False` it is what the agent sees alone.
    """

    def __init__(self, config: dict[str, Any] | None = None) -> None:
        """Build the environment. Raises UnknownName, InvalidInput."""
        super().__init__()
        given = dict(config or {})
        known = [*_OWN, *DEFAULTS]
        faults = [str(UnknownName("key", key, known)) for key in given if key not in known]
        faults += [] if "scenario" in given else ["scenario: missing; give an id, a path or a Scenario"]
        if faults:
            raise InvalidInput("env_config", faults)
        scenario, groups, central = (given.pop(key, other) for key, other in _OWN.items())
        self._central = bool(central)
        self.grid = MultiAgentMicrogrids(loaded(scenario) if isinstance(scenario, str) else scenario, **given)
        agents: list[str] = list(self.grid.possible_agents)
        self.possible_agents, self.agents = list(agents), list(agents)
        check_groups(groups, agents)
        self._marks = {agent: one_hot(*groups.get(agent, (0, 0))) for agent in agents}
        sizes = {agent: self.grid.observation_spaces[agent].shape[0] + self._marks[agent].size for agent in agents}
        own: dict[str, Any] = {agent: Box(-LIMIT, LIMIT, (size,), np.float32) for agent, size in sizes.items()}
        state = self.grid.state_space
        spaces: dict[str, Any] = {agent: Dict({"obs": own[agent], "state": state}) for agent in agents} if self._central else own
        actions: dict[str, Any] = dict(self.grid.action_spaces)
        self.observation_spaces, self.action_spaces = spaces, actions
        self.observation_space, self.action_space = Dict(spaces), Dict(actions)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Arrays, Arrays]:
        """Begin a day of the split."""
        seen, infos = self.grid.reset(seed=seed, options=options)
        return self._observed(seen), infos

    def step(self, action_dict: Arrays) -> tuple[Arrays, Arrays, Arrays, Arrays, Arrays]:
        """Step all agents."""
        seen, rewards, ends, cuts, infos = self.grid.step(action_dict)
        over, cut = all(ends.values()), all(cuts.values())
        return self._observed(seen), rewards, {**ends, "__all__": over}, {**cuts, "__all__": cut}, infos

    def _observed(self, seen: Arrays) -> Arrays:
        marked = {agent: np.concatenate([one, self._marks[agent]]) for agent, one in seen.items()}
        if not self._central:
            return marked
        state = self.grid.state()
        return {agent: {"obs": one, "state": state} for agent, one in marked.items()}


def check_groups(groups: Mapping[str, tuple[int, int]], agents: Sequence[str]) -> None:
    """Raise InvalidInput for groups of agents that do not act, and for places beyond a group's size."""
    faults = [str(UnknownName("acting agent", name, agents)) for name in groups if name not in agents]
    beyond = {name: mark for name, mark in groups.items() if not 0 <= mark[0] < max(mark[1], 1)}
    faults += [f"agent {name}: place {at} in a group of {size}" for name, (at, size) in beyond.items()]
    if faults:
        raise InvalidInput("groups", faults)


def one_hot(index: int, size: int) -> NDArray[np.float32]:
    """Return an array (size,) with a one at `index`; empty for size 0."""
    mark = np.zeros(size, dtype=np.float32)
    if size:
        mark[index] = 1.0
    return mark


@lru_cache(maxsize=4)
def loaded(name: str) -> Scenario:
    """Return a scenario by name, read once."""
    return load_scenario(name)
