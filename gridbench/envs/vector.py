"""GridVectorEnv: many days of a grid side by side, for Gymnasium's vector interface."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from gridbench.envs.declaration import declare
from gridbench.envs.stage import Stage
from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gymnasium.spaces import Box
    from numpy.typing import NDArray

    from gridbench.scenario.scenario import Scenario

Step = tuple["NDArray[np.float32]", "NDArray[np.float64]", "NDArray[np.bool_]", "NDArray[np.bool_]", dict[str, Any]]


class GridVectorEnv(VectorEnv):  # type: ignore[type-arg]
    """One agent over the whole grid, `num_envs` days at once, stepped as arrays by one simulator.

    All days are of one length, so that they end together; the step after the end begins new days and returns their first
    observations with reward 0 (autoreset mode "next step"). Infos are arrays: `day`, `cost_usd`, `violations`, `blackout`.
    """

    def __init__(
        self,
        scenario: Scenario | str,
        num_envs: int,
        *,
        split: str = "train",
        observability: str = "system",
        max_episode_steps: int | None = None,
    ) -> None:
        """Compile the grid once for all. Raises UnknownName, and InvalidInput for fewer than one environment."""
        if num_envs < 1:
            raise InvalidInput("GridVectorEnv", [f"num_envs is {num_envs}: give at least 1"])
        self.scenario = load_scenario(scenario) if isinstance(scenario, str) else scenario
        declaration = declare(
            self.scenario, agents="single", observability=observability, split=split, max_episode_steps=max_episode_steps
        )
        self.stage = Stage(declaration)
        (self._agent,) = self.stage.agents
        self.num_envs = num_envs
        self.metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}
        self.single_observation_space: Box = self.stage.observation_spaces[self._agent]
        self.single_action_space: Box = self.stage.action_spaces[self._agent]
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._days = np.array(self.scenario.split(split).days)
        self._generators = [np.random.default_rng() for _ in range(num_envs)]
        self._over: bool | None = None
        """Whether the days have ended; None before they have begun."""

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Begin days, an own drawing of them an environment; `options={"days": [...]}` names them.

        Raises InvalidInput for other options, and for seeds and days that are not one an environment: a whole number from 0,
        or None to leave it to the drawing.
        """
        unknown = [str(UnknownName("option", name, ["days"])) for name in options or {} if name != "days"]
        if unknown:
            raise InvalidInput("GridVectorEnv.reset", unknown)
        named = self._each("days", (options or {}).get("days", [None] * self.num_envs))
        if seed is not None:
            given = self._each("seeds", [seed + i for i in range(self.num_envs)] if isinstance(seed, int | np.integer) else seed)
            pairs = zip(given, self._generators, strict=True)
            self._generators = [old if one is None else np.random.default_rng(one) for one, old in pairs]
        drawn = [int(generator.choice(self._days)) for generator in self._generators]
        days = [other if one is None else one for one, other in zip(named, drawn, strict=True)]
        self._over = None
        seen = self.stage.reset([int(generator.integers(2**31)) for generator in self._generators], days)
        self._over = False
        return seen[self._agent], {"day": np.array(days)}

    def step(self, actions: NDArray[np.floating]) -> Step:
        """Step all days, or begin new ones after their end. Raises InvalidInput for what is no action, or before a reset."""
        if self._over is None:
            raise InvalidInput("GridVectorEnv", ["no days have begun: call reset first"])
        if self._over:
            seen, infos = self.reset()
            nothing = np.zeros(self.num_envs, dtype=bool)
            return seen, np.zeros(self.num_envs), nothing, nothing.copy(), infos
        seen_by, rewards, result = self.stage.step({self._agent: actions})
        self._over = bool((result.terminated | result.truncated).all())
        infos = {
            "day": np.array(self.stage.dynamics.days),
            "cost_usd": self.stage.costs_usd().sum(axis=1),
            "violations": self.stage.measured("violations").sum(axis=1).astype(np.int64),
            "blackout": self.stage.blackout(),
        }
        cut = result.truncated & ~result.terminated
        return seen_by[self._agent], np.asarray(rewards[self._agent]), result.terminated, cut, infos

    def _each(self, what: str, given: Iterable[SupportsIndex | None]) -> list[int | None]:
        try:
            numbers = [None if one is None else operator.index(one) for one in given]
        except TypeError:
            numbers = []
        if len(numbers) != self.num_envs or any(number is not None and number < 0 for number in numbers):
            wanted = f"give {self.num_envs}, an environment each, whole numbers from 0"
            raise InvalidInput("GridVectorEnv.reset", [f"{what} {given!r}: {wanted}"])
        return numbers
