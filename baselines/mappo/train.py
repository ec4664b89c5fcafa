"""Train MAPPO, IPPO, MAPPO-Lagrangian or APPO on a scenario with RLlib, and export the best actors for NumPy.

    python baselines/mappo/train.py --scenario ieee34_ieee13-v1 --seed 0 --steps 600000 --out runs/mappo/0

Warm start by imitation of `rule` (clone.py), then multi-agent PPO with one actor and one critic per kind of agent: a critic of
`mappo` sees all observations (Yu et al. 2022), of `ippo` what its actor sees (de Witt et al. 2020); `mappo_lagrangian` has a
second one for violating steps, whose price rises while there are too many (Ray et al. 2019). Whole days are played side by side
by a sampler on the batched plant; `--set sampler=stock` takes RLlib's own instead. Every few iterations the exported NumPy policy
plays the validation days; the best is kept in <out>/best. With --resume it goes on from <out>/checkpoint. `appo` is for clusters:
it learns while --runners play, by the networks and the warm start of `mappo` (Espeholt et al. 2018, Luo et al. 2019).
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
from common.clone import imitate, make_nets, noise_of
from common.critics import fit_critics
from common.nets import Groups, export, groups_of, perceptron, seed_torch
from common.rllib import Learnt, arguments, loop, rllib_facts, run
from common.runner import TrainingEnv, TrainingRunner
from module import AppoModule, DaysLearner, MappoModule, StockLearner
from ray.rllib.algorithms.appo import APPOConfig
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module.multi_rl_module import MultiRLModuleSpec
from ray.rllib.core.rl_module.rl_module import RLModuleSpec

from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    import argparse

    from ray.rllib.algorithms.algorithm import Algorithm

    from gridbench.policies.network import Network

ALGORITHMS = ("mappo", "ippo", "mappo_lagrangian", "appo")
SAMPLERS = ("batch", "stock")


class Mappo(Learnt):
    """An algorithm of RLlib with the actors of a scenario."""

    def __init__(self, algo: Algorithm, env: BatchArena, groups: Groups, *, constrained: bool) -> None:
        """Keep what is exported."""
        self.algo, self.agents = algo, len(groups)
        self._env, self._groups, self._constrained = env, groups, constrained

    def modules(self) -> dict[str, MappoModule]:
        """Return the learner's modules by name."""
        learner = self.algo.learner_group._learner  # noqa: SLF001 - the sampler's modules lack critics
        return {module: learner.module[module].unwrapped() for module, _, _ in self._groups.values()}

    def export(self, folder: Path, told: dict[str, Any]) -> Network:
        """Write the actors into a folder; return them as NumPy runs them."""
        actors = {name: one.pi for name, one in self.modules().items()}
        return export(folder, told, actors, self._groups, self._env.scenario, self._env.acting)

    def row(self) -> dict[str, float]:
        """Return the price of violations where they are constrained, and how far actors explore."""
        price = {"multiplier": self.algo.learner_group._learner.multiplier} if self._constrained else {}  # noqa: SLF001
        return price | {f"std_{name}": float(one.log_std.detach().exp().mean()) for name, one in self.modules().items()}


def make_config(
    args: argparse.Namespace, recipe: dict[str, Any], env: BatchArena, groups: Groups, warm: Path | None
) -> PPOConfig | APPOConfig:
    """Return RLlib's configuration."""
    first = {module: agent for agent, (module, _, _) in reversed(groups.items())}
    own = {"hidden": recipe["hidden"], "constrained": args.algorithm == "mappo_lagrangian"}
    own["critic_sees"] = "obs" if args.algorithm == "ippo" else "state"
    spec = {
        name: RLModuleSpec(
            module_class=AppoModule if args.algorithm == "appo" else MappoModule,
            model_config=own
            | {"noise": noise_of(env.acting, agent, recipe).tolist(), "warm": str(warm / f"{name}.pt") if warm else ""},
        )
        for name, agent in sorted(first.items())
    }
    marks = {agent: (index, size) for agent, (_, index, size) in groups.items()}
    env_config = {"scenario": args.scenario, "split": "train", "seed": args.seed, "groups": marks, "recipe": recipe}
    modules = {agent: module for agent, (module, _, _) in groups.items()}
    steps, step_h = env.scenario.steps, env.scenario.step_h
    config = (
        (APPOConfig() if args.algorithm == "appo" else PPOConfig())
        .environment(TrainingEnv, env_config=env_config, disable_env_checking=True)
        .framework("torch")
        .training(
            train_batch_size_per_learner=steps * recipe["days_per_iteration"], lr=recipe["lr"], gamma=recipe["gamma"] ** step_h,
            clip_param=recipe["clip"], vf_loss_coeff=0.5, entropy_coeff=recipe["entropy"], use_kl_loss=False, grad_clip=0.5,
            grad_clip_by="global_norm",
        )
        .multi_agent(policies=set(spec), policy_mapping_fn=lambda agent, *_, **__: modules[agent])
        .rl_module(rl_module_spec=MultiRLModuleSpec(rl_module_specs=spec))
        .debugging(seed=args.seed, log_level="ERROR")
    )  # fmt: skip
    if args.algorithm == "appo":
        return _asynchronous(config, args, recipe, steps)
    config.training(
        minibatch_size=recipe["minibatch"], num_epochs=recipe["ppo_epochs"], lambda_=recipe["lambda"] ** step_h, vf_clip_param=1e6
    )
    sharing = max(list(modules.values()).count(name) for name in spec)
    told = {"constrained": own["constrained"], "rows": max(1, recipe["minibatch"] // sharing)}
    return _sampled(config, args, recipe, told | {"allowed": recipe["aim"] * env.scenario.violating_share_max})


def _sampled(config: PPOConfig, args: argparse.Namespace, recipe: dict[str, Any], told: dict[str, Any]) -> PPOConfig:
    """Add the sampler, and the learner that takes what it hands over."""
    if recipe["sampler"] == "stock":
        return (
            config.env_runners(
                num_env_runners=args.runners, num_envs_per_env_runner=recipe["envs"], batch_mode="truncate_episodes",
                rollout_fragment_length="auto",
            )
            .framework("torch", torch_skip_nan_gradients=False)
            .learners(num_learners=0, learner_class=StockLearner)
        )  # fmt: skip
    days = -(-recipe["days_per_iteration"] // max(1, args.runners))
    told |= {"multiplier": recipe["multiplier"], "multiplier_rate": recipe["multiplier_rate"]}
    return (
        config.env_runners(
            env_runner_cls=TrainingRunner, num_env_runners=args.runners, num_envs_per_env_runner=days,
            batch_mode="complete_episodes",
        )
        .framework("torch", torch_skip_nan_gradients=True)  # which looks for none
        .learners(
            num_learners=0, learner_class=DaysLearner, learner_config_dict=told, add_default_connectors_to_learner_pipeline=False
        )
    )  # fmt: skip


def _asynchronous(config: APPOConfig, args: argparse.Namespace, recipe: dict[str, Any], steps: int) -> APPOConfig:
    """Add the sampler; RLlib's own connectors append a slot to each day, of which a trajectory then is."""
    runners = max(1, args.runners)
    return (
        config.framework("torch")
        .env_runners(
            env_runner_cls=TrainingRunner, num_env_runners=runners, batch_mode="complete_episodes",
            num_envs_per_env_runner=-(-recipe["days_per_iteration"] // runners), rollout_fragment_length=steps + 1,
        )
        .learners(num_learners=0)
        .reporting(min_time_s_per_iteration=None, min_sample_timesteps_per_iteration=steps * recipe["days_per_iteration"])
    )  # fmt: skip


def prepare(args: argparse.Namespace, recipe: dict[str, Any], env: BatchArena, groups: Groups) -> Path | None:
    """Run the warm start, once per output folder, and return where its weights are."""
    warm = args.out / "warm"
    if not recipe["rounds"]:
        return None
    if not (args.resume and warm.is_dir()):
        fresh = args.out / ".warm.new"
        fresh.mkdir(parents=True, exist_ok=True)
        seed_torch(args.seed)
        central, rng = args.algorithm != "ippo", np.random.default_rng([args.seed, 1])
        nets, costs = make_nets(env.acting, groups, recipe, central=central), {}
        if args.algorithm == "mappo_lagrangian":
            hidden = tuple(recipe["hidden"])
            costs = {name: perceptron(one[0].in_features, 1, hidden, 1.0) for name, one in nets.critics.items()}
        imitate(env, groups, nets, recipe, rng)
        fit_critics(env, groups, nets, recipe, rng, costs=costs, central=central)
        for name, actor in nets.actors.items():
            parts = {"pi": actor, "vf": nets.critics[name], **({"vc": costs[name]} if costs else {})}
            torch.save({part: one.state_dict() for part, one in parts.items()}, fresh / f"{name}.pt")
        fresh.rename(warm)
    return warm.resolve()


def train(args: argparse.Namespace, recipe: dict[str, Any]) -> None:
    """Train, validate, log and keep the best; raises InvalidInput, UnknownName, StorageError."""
    begun = time.perf_counter()
    if recipe["sampler"] not in SAMPLERS:
        raise UnknownName("sampler", recipe["sampler"], SAMPLERS)
    if recipe["sampler"] == "stock" and args.algorithm in {"mappo_lagrangian", "appo"}:
        raise InvalidInput("--set", [f"sampler=stock: is for mappo and ippo alone; train {args.algorithm} with sampler=batch"])
    scenario = load_scenario(args.scenario)
    env = BatchArena(scenario, "train", recipe["batch"])
    groups = groups_of(env.acting)
    warm = prepare(args, recipe, env, groups)
    constrained = args.algorithm == "mappo_lagrangian"

    def made() -> Mappo:
        seed_torch(args.seed)
        return Mappo(make_config(args, recipe, env, groups, warm).build_algo(), env, groups, constrained=constrained)

    loop(made, args, recipe, rllib_facts(args, scenario, teacher="rule", sampler=recipe["sampler"]), begun)


if __name__ == "__main__":
    sys.exit(run(arguments(__doc__ or "", ALGORITHMS).parse_args(), HERE, train))
