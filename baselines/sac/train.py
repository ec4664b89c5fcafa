"""Train SAC (Haarnoja et al. 2018) with RLlib: one actor that sees what all agents see and decides for the whole grid.

    python baselines/sac/train.py --scenario ieee13-v1 --seed 0 --steps 60000 --out runs/sac/0

Days are played side by side on the batched plant; their steps, and at first those of `rule`, are kept in arrays, from which
updates draw. The exported policy plays the validation days now and then; the best is kept in <out>/best. With --resume it goes on
from <out>/checkpoint.
"""

# ruff: noqa: E402
from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from common.process import settle

settle(HERE, script=__name__ == "__main__")

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from common.arena import BatchArena
from common.clone import days
from common.nets import seed_torch
from common.reward import Shaped
from common.rllib import Learnt, arguments, loop, rllib_facts, run
from common.runner import TrainingEnv, TrainingRunner
from ray.rllib.algorithms.sac import SAC, SACConfig
from ray.rllib.algorithms.sac.torch.sac_torch_learner import SACTorchLearner
from ray.rllib.core.rl_module.default_model_config import DefaultModelConfig
from replay import COLUMNS, DrawnToBatch, Replay

from gridbench.envs.batch import BatchEnv
from gridbench.envs.rllib_days import GRID
from gridbench.policies.central import central_digest
from gridbench.policies.network import Network
from gridbench.policies.network_file import write_network
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    import argparse

ALGORITHMS = ("sac",)


class DaysSAC(SAC):  # type: ignore[misc]
    """SAC that remembers in arrays."""

    def _create_local_replay_buffer_if_necessary(self, config: SACConfig) -> Replay:
        return Replay(config["replay_buffer_config"]["capacity"], config["seed"])


class DaysLearner(SACTorchLearner):  # type: ignore[misc]
    """SAC's learner on drawn arrays. What an update draws depends on the seed and on how many went before."""

    def build(self) -> None:
        """Put the connector of arrays in the place of RLlib's."""
        super().build()
        self._learner_connector.connectors[:] = [DrawnToBatch()]

    def before_gradient_based_update(self, *, timesteps: dict[str, Any]) -> None:
        """Seed torch."""
        super().before_gradient_based_update(timesteps=timesteps)
        torch.manual_seed(int(np.random.SeedSequence([self.config.seed, self._weights_seq_no]).generate_state(1)[0]))

    def get_state(self, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return RLlib's state and the temperature, which it leaves out."""
        return {**super().get_state(*args, **kwargs), "log_alpha": self.curr_log_alpha[GRID].detach().numpy().copy()}

    def set_state(self, state: dict[str, Any]) -> None:
        """Take back a state and its temperature."""
        super().set_state(state)
        if "log_alpha" in state:
            self.curr_log_alpha[GRID].data.copy_(torch.from_numpy(state["log_alpha"]))


class Sac(Learnt):
    """SAC on a scenario."""

    def __init__(self, algo: DaysSAC, env: BatchEnv) -> None:
        """Keep what is exported."""
        self.algo, self._env = algo, env

    @property
    def _learner(self) -> DaysLearner:
        return self.algo.learner_group._learner  # noqa: SLF001 - the sampler's module lacks critics

    def export(self, folder: Path, told: dict[str, Any]) -> Network:
        """Write the actor into a folder, which acts by the mean of its distribution; return it as NumPy runs it."""
        module, env = self._learner.module[GRID].unwrapped(), self._env
        layers = [one for part in (module.pi_encoder, module.pi) for one in part.modules() if isinstance(one, torch.nn.Linear)]
        entries = sum(env.codec.sizes.values())
        arrays = {}
        for i, layer in enumerate(layers):
            rows = entries if i == len(layers) - 1 else layer.out_features  # behind the means stand the deviations
            arrays[f"{GRID}.{i}.weight"] = layer.weight.detach().numpy()[:rows].copy()
            arrays[f"{GRID}.{i}.bias"] = layer.bias.detach().numpy()[:rows].copy()
        sizes = [layers[0].in_features, *(layer.out_features for layer in layers[:-1]), entries]
        modules = {GRID: {"sizes": sizes, "activation": "tanh", "output": "tanh"}}
        central = {"module": GRID, "agents": env.agents, "fields": central_digest(env.observer, env.agents)}
        page = {"information": "full", "version": "1", "modules": modules, "central": central}
        write_network(folder, {**told, **page}, arrays)
        return Network(env.scenario, folder)

    def row(self) -> dict[str, float]:
        """Return the temperature."""
        return {"alpha": float(self._learner.curr_log_alpha[GRID].exp())}

    def keep(self, folder: Path) -> None:
        """Write the memory."""
        self.algo.local_replay_buffer.save(folder)

    def recall(self, folder: Path) -> None:
        """Take it back."""
        self.algo.local_replay_buffer.load(folder)


def make_config(args: argparse.Namespace, recipe: dict[str, Any], env: BatchEnv) -> SACConfig:
    """Return RLlib's configuration."""
    side_by_side = -(-recipe["days_per_iteration"] // max(1, args.runners))
    networks = DefaultModelConfig(
        fcnet_hiddens=recipe["hidden"], fcnet_activation="tanh", head_fcnet_hiddens=[], fcnet_kernel_initializer="orthogonal_"
    )
    env_config = {"scenario": args.scenario, "joint": True, "recipe": recipe}
    return (
        SACConfig(algo_class=DaysSAC)
        .environment(TrainingEnv, env_config=env_config, disable_env_checking=True)
        .env_runners(
            env_runner_cls=TrainingRunner, num_env_runners=args.runners, num_envs_per_env_runner=side_by_side,
            batch_mode="complete_episodes", rollout_fragment_length=env.scenario.steps,
        )
        .learners(num_learners=0, learner_class=DaysLearner)
        .training(
            train_batch_size_per_learner=recipe["rows"], training_intensity=recipe["rows"] * recipe["updates_per_step"],
            gamma=recipe["gamma"] ** env.scenario.step_h, tau=recipe["tau"], target_network_update_freq=0, n_step=1,
            actor_lr=recipe["actor_lr"], critic_lr=recipe["critic_lr"], alpha_lr=recipe["alpha_lr"], lr=None,
            initial_alpha=recipe["initial_alpha"], num_steps_sampled_before_learning_starts=0,
            replay_buffer_config={"type": "EpisodeReplayBuffer", "capacity": recipe["memory"]},
        )
        .multi_agent(policies={GRID}, policy_mapping_fn=lambda *_, **__: GRID)
        .rl_module(model_config=networks)
        .reporting(min_time_s_per_iteration=None, min_sample_timesteps_per_iteration=None)
        .debugging(seed=args.seed, log_level="ERROR")
    )  # fmt: skip


def teach(memory: Replay, env: BatchArena, recipe: dict[str, Any], rng: np.random.Generator) -> None:
    """Begin the memory with days of `rule`."""
    shaped = Shaped(env.scenario, recipe)
    env.reset(days(env, rng))
    while not env.over:
        state, wanted = env.state(), env.taught()
        _, outcome = env.step(wanted)
        actions = np.clip(np.concatenate([wanted[agent] for agent in env.agents], axis=1), -1.0, 1.0)
        ends = np.full(env.batch, float(env.over))
        parts = (state, env.state(), actions, shaped(outcome.weather, outcome.cost_usd), ends)
        memory.keep(dict(zip(COLUMNS, parts, strict=True)))


def train(args: argparse.Namespace, recipe: dict[str, Any]) -> None:
    """Train, validate, log and keep the best; raises InvalidInput, UnknownName, StorageError."""
    begun = time.perf_counter()
    scenario = load_scenario(args.scenario)
    env = BatchEnv(scenario, 1)

    def made() -> Sac:
        seed_torch(args.seed)
        found = Sac(make_config(args, recipe, env).build_algo(), env)
        if recipe["teacher_days"]:
            wide = BatchArena(scenario, "train", recipe["teacher_days"])
            teach(found.algo.local_replay_buffer, wide, recipe, np.random.default_rng([args.seed, 1]))
        return found

    loop(made, args, recipe, rllib_facts(args, scenario, teacher="rule"), begun)


if __name__ == "__main__":
    sys.exit(run(arguments(__doc__ or "", ALGORITHMS).parse_args(), HERE, train))
