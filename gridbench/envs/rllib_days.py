"""Whole days side by side, with the spaces that RLlib asks an environment for; importing this module imports ray."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium.spaces import Box, Dict
from numpy.typing import NDArray

from gridbench.envs.batch import BatchEnv
from gridbench.envs.field import LIMIT
from gridbench.envs.rllib import check_groups, loaded, one_hot
from gridbench.errors import InvalidInput, UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.envs.batch import Rewards
    from gridbench.plant.plant import StepResult

Floats = NDArray[np.floating]
KEYS: dict[str, Any] = {"scenario": None, "split": "train", "seed": None, "reward": "shared", "groups": {}, "central": True}
"""Keys of `env_config` and their defaults: those of GridMultiAgentEnv that a batch of days can be played by."""


class Days:
    """A batch of days of a split; the keys of the config are `KEYS`, which mean what they mean to GridMultiAgentEnv."""

    def __init__(self, config: Mapping[str, Any], batch: int) -> None:
        """Build the environment. Raises UnknownName, InvalidInput with all faults of the config."""
        faults = [str(UnknownName("key of a batched env_config", key, KEYS)) for key in config if key not in KEYS]
        faults += [] if config.get("scenario") else ["scenario: missing; give an id, a path or a Scenario"]
        if faults:
            raise InvalidInput("env_config", faults)
        given = {**KEYS, **config}
        scenario = loaded(given["scenario"]) if isinstance(given["scenario"], str) else given["scenario"]
        self.grid, self.split, self.num_envs = BatchEnv(scenario, batch, given["reward"]), given["split"], batch
        self.known = scenario.split(self.split).days
        check_groups(given["groups"], self.grid.agents)
        self.marks = {agent: one_hot(*given["groups"].get(agent, (0, 0))) for agent in self.grid.agents}
        self.central = bool(given["central"])
        fields, entries = self.grid.observer.sizes, self.grid.codec.sizes
        state = Box(-LIMIT, LIMIT, (sum(fields[agent] for agent in self.grid.agents),), np.float32)
        seen: dict[str, Any] = {a: Box(-LIMIT, LIMIT, (fields[a] + self.marks[a].size,), np.float32) for a in self.grid.agents}
        if self.central:
            seen = {agent: Dict({"obs": one, "state": state}) for agent, one in seen.items()}
        self.observation_space = self.single_observation_space = Dict(seen)
        asked: dict[str, Any] = {agent: Box(-1.0, 1.0, (entries[agent],), np.float32) for agent in self.grid.agents}
        self.action_space = self.single_action_space = Dict(asked)

    @property
    def unwrapped(self) -> Days:
        """Itself."""
        return self

    def reset(self, rng: np.random.Generator) -> dict[str, Floats]:
        """Begin days drawn with replacement; return what the agents see (days, numbers), told apart by their marks."""
        drawn = rng.integers(len(self.known), size=self.num_envs)
        return self._marked(self.grid.reset([self.grid.scenario.window(self.split, self.known[i]) for i in drawn]))

    def step(self, actions: Mapping[str, Floats]) -> tuple[dict[str, Floats], Rewards, StepResult]:
        """Step with actions (days, entries); return observations, rewards (days,) and what happened."""
        seen, rewards, result = self.grid.step(actions)
        return self._marked(seen), rewards, result

    def close(self) -> None:
        """Nothing stays open."""

    def _marked(self, seen: Mapping[str, Floats]) -> dict[str, Floats]:
        batch = self.num_envs
        return {a: np.concatenate([one, np.tile(self.marks[a], (batch, 1))], axis=1) for a, one in seen.items()}
