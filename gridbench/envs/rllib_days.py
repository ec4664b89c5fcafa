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
KEYS: dict[str, Any] = {
    "scenario": None, "split": "train", "seed": None, "reward": "shared", "groups": {}, "central": True, "joint": False,
}  # fmt: skip
"""Keys of `env_config` and their defaults: those of GridMultiAgentEnv that a batch of days can be played by, and `joint`.

`seed` is read by GridMultiAgentEnv alone: what is drawn here depends on `config.debugging(seed=...)`.
"""
GRID = "grid"
"""The one agent of joint days."""


class Days:
    """A batch of days of a split; the keys of the config are `KEYS`, which mean what they mean to GridMultiAgentEnv.

    Where days are `joint`, one agent sees the observations of all agents side by side and gives their actions likewise.
    """

    def __init__(self, config: Mapping[str, Any], batch: int) -> None:
        """Build the environment. Raises UnknownName, InvalidInput with all faults of the config."""
        faults = [str(UnknownName("key of a batched env_config", key, KEYS)) for key in config if key not in KEYS]
        faults += [] if config.get("scenario") else ["scenario: missing; give an id, a path or a Scenario"]
        given = {**KEYS, **config}
        if given["joint"] and (given["groups"] or given["reward"] != "shared"):
            faults.append("joint: one agent earns what all earn and is in no group; leave groups and reward out")
        if faults:
            raise InvalidInput("env_config", faults)
        scenario = loaded(given["scenario"]) if isinstance(given["scenario"], str) else given["scenario"]
        self.grid, self.split, self.num_envs = BatchEnv(scenario, batch, given["reward"]), given["split"], batch
        self.known = scenario.split(self.split).days
        check_groups(given["groups"], self.grid.agents)
        self.joint, self.central = bool(given["joint"]), bool(given["central"]) and not given["joint"]
        fields, entries = (each.copy() for each in (self.grid.observer.sizes, self.grid.codec.sizes))
        self._ends = np.cumsum([entries[agent] for agent in self.grid.agents])[:-1]
        whole = sum(fields[agent] for agent in self.grid.agents)
        fields[GRID], entries[GRID] = whole, sum(entries.values())
        self.agents: tuple[str, ...] = (GRID,) if self.joint else self.grid.agents
        self.marks = {agent: one_hot(*given["groups"].get(agent, (0, 0))) for agent in self.agents}
        self.entries = {agent: entries[agent] for agent in self.agents}
        seen: dict[str, Any] = {a: _box(LIMIT, fields[a] + self.marks[a].size) for a in self.agents}
        if self.central:
            seen = {agent: Dict({"obs": one, "state": _box(LIMIT, whole)}) for agent, one in seen.items()}
        self.observation_space = self.single_observation_space = Dict(seen)
        asked: dict[str, Any] = {agent: _box(1.0, size) for agent, size in self.entries.items()}
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
        if self.joint:
            parts = np.split(actions[GRID], self._ends, axis=1)
            actions = dict(zip(self.grid.agents, parts, strict=True))
        seen, rewards, result = self.grid.step(actions)
        earned = {GRID: next(iter(rewards.values()))} if self.joint else rewards
        return self._marked(seen), earned, result

    def close(self) -> None:
        """Nothing stays open."""

    def _marked(self, seen: Mapping[str, Floats]) -> dict[str, Floats]:
        if self.joint:
            return {GRID: self.grid.state()}
        batch = self.num_envs
        return {a: np.concatenate([one, np.tile(self.marks[a], (batch, 1))], axis=1) for a, one in seen.items()}


def _box(limit: float, size: int) -> Box:
    return Box(-limit, limit, (size,), np.float32)
