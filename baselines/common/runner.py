"""What plays the days for RLlib, its own environment or the sampler on whole days, with the training reward."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from common.arena import violates
from common.reward import Shaped

from gridbench.envs.rllib import GridMultiAgentEnv
from gridbench.envs.rllib_runner import BatchEnvRunner

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.envs.batch import Rewards
    from gridbench.plant.plant import StepResult


class TrainingEnv(GridMultiAgentEnv):
    """The environment with the shaped reward of `reward.py`, the same for every agent."""

    def __init__(self, config: dict[str, Any]) -> None:
        """Keep the recipe; the rest is the environment's."""
        super().__init__({key: value for key, value in config.items() if key != "recipe"})
        self._shaped = Shaped(self.grid.scenario, config["recipe"])

    def step(self, action_dict: dict[str, Any]) -> tuple[Any, ...]:
        """Step all agents."""
        weather = self.grid.stage.dynamics.series(self.grid.stage.values)
        seen, rewards, ends, cuts, infos = super().step(action_dict)
        cost = next(iter(infos.values()))["cost_usd"]
        reward = float(self._shaped(weather, np.array([cost]))[0])
        return seen, dict.fromkeys(rewards, reward), ends, cuts, infos


class TrainingRunner(BatchEnvRunner):
    """The sampler on whole days with the shaped reward of `reward.py`, and a column that says which steps violate a limit."""

    def batch_config(self, config: dict[str, Any]) -> dict[str, Any]:
        """Keep the recipe; the rest is the sampler's."""
        self._recipe = config.pop("recipe")
        self._shaped: Shaped | None = None
        return config

    def signals(self, weather: NDArray[np.float64], rewards: Rewards, result: StepResult) -> tuple[Rewards, dict[str, Any]]:
        """Return the shaped reward, the same for every agent, and whether a step violates."""
        scenario = self.env.grid.scenario
        if self._shaped is None:
            self._shaped = Shaped(scenario, self._recipe)
        reward = self._shaped(weather, result.cost_usd)
        return dict.fromkeys(rewards, reward), {"violating": violates(scenario, result).astype(np.float32)}
