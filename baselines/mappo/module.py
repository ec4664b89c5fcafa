"""What RLlib needs of MAPPO: a module with critics, the learner, and both samplers with the training reward."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from common.arena import violates
from common.nets import perceptron
from common.returns import masked
from common.reward import Shaped
from days import DaysToBatch, Minibatches
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.apis import InferenceOnlyAPI, ValueFunctionAPI
from ray.rllib.core.rl_module.torch import TorchRLModule

from gridbench.envs.rllib import GridMultiAgentEnv
from gridbench.envs.rllib_runner import BatchEnvRunner

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from ray.rllib.algorithms.ppo import PPOConfig

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


class MappoModule(TorchRLModule, ValueFunctionAPI, InferenceOnlyAPI):  # type: ignore[misc]
    """An actor that sees its own observation, and critics; starts from the weights in `model_config["warm"]`.

    Critics see what `model_config["critic_sees"]` names: "state", the observations of all, or "obs", that of the actor. With
    `constrained` a second one, `vc`, foresees violating steps.
    """

    def setup(self) -> None:
        """Build the networks."""
        told, spaces = self.model_config, self.observation_space
        hidden = tuple(told["hidden"])
        self.pi = perceptron(spaces["obs"].shape[0], self.action_space.shape[0], hidden, 0.01)
        self.log_std = torch.nn.Parameter(torch.log(torch.tensor(told["noise"])))
        looks = spaces[told["critic_sees"]].shape[0]
        self.vf = perceptron(looks, 1, hidden, 1.0)
        if told["constrained"]:
            self.vc = perceptron(looks, 1, hidden, 1.0)
        if told.get("warm"):
            kept = torch.load(told["warm"], weights_only=True)
            for name, one in self.networks().items():
                one.load_state_dict(kept[name])
        if self.inference_only:
            for name in self.get_non_inference_attributes():
                delattr(self, name)

    def networks(self) -> dict[str, torch.nn.Sequential]:
        """Return the networks by name."""
        return {name: getattr(self, name) for name in ("pi", "vf", "vc") if hasattr(self, name)}

    def _forward(self, batch: dict[str, Any], **_: object) -> dict[str, Any]:
        mean = self.pi(batch[Columns.OBS]["obs"])
        spread = self.log_std.clamp(-4.5, 0.0).expand_as(mean)
        return {Columns.ACTION_DIST_INPUTS: torch.cat([mean, spread], -1)}

    def compute_values(self, batch: dict[str, Any], embeddings: object = None) -> torch.Tensor:  # noqa: ARG002
        """Return what is foreseen to be earned."""
        return self.vf(batch[Columns.OBS][self.model_config["critic_sees"]]).squeeze(-1)

    def foresee_violations(self, batch: dict[str, Any]) -> torch.Tensor:
        """Return the foreseen count of violating steps, discounted."""
        return self.vc(batch[Columns.OBS][self.model_config["critic_sees"]]).squeeze(-1)

    def get_non_inference_attributes(self) -> list[str]:
        """Return what acting does not need."""
        return ["vf", "vc"] if self.model_config["constrained"] else ["vf"]


class StockLearner(PPOTorchLearner):  # type: ignore[misc]
    """PPO behind RLlib's own connectors, with the advantages standardised over valid slots only (`masked` says why)."""

    def compute_loss_for_module(
        self, *, module_id: str, config: PPOConfig, batch: dict[str, Any], fwd_out: dict[str, Any]
    ) -> torch.Tensor:
        """Standardise, then let PPO do the rest."""
        mended = dict(batch)
        mended["advantages"] = masked(batch["advantages"], batch[Columns.LOSS_MASK])
        return super().compute_loss_for_module(module_id=module_id, config=config, batch=mended, fwd_out=fwd_out)


class DaysLearner(PPOTorchLearner):  # type: ignore[misc]
    """PPO on whole days; where violations are constrained, their price follows their share (dual ascent, Ray et al. 2019).

    `config.learner_config_dict` says `constrained` and the `rows` of a minibatch, then `allowed`, the share to come down to,
    `multiplier`, the first price, and `multiplier_rate`. What an update draws depends on the seed and on how many went before: a
    run goes on from a checkpoint as if it had never stopped. One learner only: each would find a price of its own.
    """

    def build(self) -> None:
        """Put the connector of whole days in the place of RLlib's."""
        self._told = self.config.learner_config_dict
        self.multiplier = float(self._told["multiplier"])
        super().build()
        self._days = DaysToBatch(self.config.gamma, self.config.lambda_, constrained=self._told["constrained"])
        self._learner_connector.append(self._days)

    def configure_optimizers_for_module(self, module_id: str, config: PPOConfig) -> None:
        """Take Adam in one kernel."""
        params = self.get_parameters(self._module[module_id])
        made = torch.optim.Adam(params, lr=config.lr, fused=True)
        self.register_optimizer(module_id=module_id, optimizer=made, params=params, lr_or_lr_schedule=config.lr)

    def before_gradient_based_update(self, *, timesteps: dict[str, Any]) -> None:
        """Tell the connector the price."""
        super().before_gradient_based_update(timesteps=timesteps)
        self._days.multiplier = self.multiplier

    def _create_iterator_if_necessary(self, *, training_data: Any, num_epochs: int = 1, **_: object) -> Minibatches:  # noqa: ANN401
        torch.manual_seed(int(np.random.SeedSequence([self.config.seed, self._weights_seq_no]).generate_state(1)[0]))
        return Minibatches(self._make_batch_if_necessary(training_data=training_data), num_epochs, self._told["rows"])

    def compute_loss_for_module(
        self, *, module_id: str, config: PPOConfig, batch: dict[str, Any], fwd_out: dict[str, Any]
    ) -> torch.Tensor:
        """Return the clipped surrogate (Schulman et al. 2017), and the square errors of the critics, weighted."""
        module, clip = self.module[module_id].unwrapped(), config.clip_param
        now = module.get_train_action_dist_cls().from_logits(fwd_out[Columns.ACTION_DIST_INPUTS])
        ratio = torch.exp(now.logp(batch[Columns.ACTIONS]) - batch[Columns.ACTION_LOGP])
        gain = batch["advantages"]
        surrogate = torch.min(gain * ratio, gain * ratio.clamp(1.0 - clip, 1.0 + clip)).mean()
        errors = ((module.compute_values(batch) - batch["value_targets"]) ** 2).mean()
        if self._told["constrained"]:
            errors = errors + ((module.foresee_violations(batch) - batch["violation_targets"]) ** 2).mean()
        return config.vf_loss_coeff * errors - surrogate - config.entropy_coeff * now.entropy().mean()

    def after_gradient_based_update(self, *, timesteps: dict[str, Any]) -> None:
        """Move the price."""
        super().after_gradient_based_update(timesteps=timesteps)
        if self._told["constrained"]:
            over = self._days.violating - self._told["allowed"]
            self.multiplier = max(0.0, self.multiplier + self._told["multiplier_rate"] * over)

    def get_state(self, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return RLlib's state and the price."""
        return {**super().get_state(*args, **kwargs), "multiplier": self.multiplier}

    def set_state(self, state: dict[str, Any]) -> None:
        """Take back a state and its price."""
        super().set_state(state)
        self.multiplier = state.get("multiplier", self.multiplier)
