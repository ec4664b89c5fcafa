"""What RLlib needs of MAPPO: a module with a central critic, the masked learner, the environment with the training reward."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from common.nets import perceptron
from common.returns import masked
from common.reward import Shaped
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.apis import InferenceOnlyAPI, ValueFunctionAPI
from ray.rllib.core.rl_module.torch import TorchRLModule

from gridbench.envs.rllib import GridMultiAgentEnv

if TYPE_CHECKING:
    from ray.rllib.algorithms.ppo import PPOConfig


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


class MappoModule(TorchRLModule, ValueFunctionAPI, InferenceOnlyAPI):  # type: ignore[misc]
    """An actor that sees its own observation and a critic that sees all of them; starts from `model_config["warm"]`."""

    def setup(self) -> None:
        """Build the networks."""
        hidden = tuple(self.model_config["hidden"])
        actions = self.action_space.shape[0]
        self.pi = perceptron(self.observation_space["obs"].shape[0], actions, hidden, 0.01)
        self.log_std = torch.nn.Parameter(torch.log(torch.tensor(self.model_config["noise"])))
        self.vf = perceptron(self.observation_space["state"].shape[0], 1, hidden, 1.0)
        if self.model_config.get("warm"):
            kept = torch.load(self.model_config["warm"], weights_only=True)
            self.pi.load_state_dict(kept["pi"])
            self.vf.load_state_dict(kept["vf"])
        if self.inference_only:
            del self.vf

    def _forward(self, batch: dict[str, Any], **_: object) -> dict[str, Any]:
        mean = self.pi(batch[Columns.OBS]["obs"])
        spread = self.log_std.clamp(-4.5, 0.0).expand_as(mean)
        return {Columns.ACTION_DIST_INPUTS: torch.cat([mean, spread], -1)}

    def compute_values(self, batch: dict[str, Any], embeddings: object = None) -> torch.Tensor:  # noqa: ARG002
        """Return the value of the joint state."""
        return self.vf(batch[Columns.OBS]["state"]).squeeze(-1)

    def get_non_inference_attributes(self) -> list[str]:
        """Return what acting does not need."""
        return ["vf"]


class MaskedPPOLearner(PPOTorchLearner):  # type: ignore[misc]
    """PPO with the advantages standardised over valid slots only."""

    def compute_loss_for_module(
        self, *, module_id: str, config: PPOConfig, batch: dict[str, Any], fwd_out: dict[str, Any]
    ) -> torch.Tensor:
        """Standardise, then let PPO do the rest."""
        mended = dict(batch)
        mended["advantages"] = masked(batch["advantages"], batch[Columns.LOSS_MASK])
        return super().compute_loss_for_module(module_id=module_id, config=config, batch=mended, fwd_out=fwd_out)
