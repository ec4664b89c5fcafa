"""Train MAPPO on a scenario with RLlib, and export the best actors for NumPy.

    python baselines/mappo/train.py --scenario ieee34_ieee13-v1 --seed 0 --steps 600000 --out runs/mappo/0

Warm start by imitation of `rule` (clone.py), then multi-agent PPO with one actor per kind of agent and a critic that sees
all observations (Yu et al. 2022). Every few iterations the exported NumPy policy plays the validation days; the cheapest is
kept in <out>/best. With --resume it goes on from <out>/checkpoint.
"""

# ruff: noqa: E402
from __future__ import annotations

import os
import sys

for _name, _value in {
    "OMP_NUM_THREADS": "1", "RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", "RAY_DEDUP_LOGS": "0",
}.items():  # fmt: skip
    os.environ.setdefault(_name, _value)
if __name__ == "__main__" and os.environ.get("PYTHONHASHSEED") != "0":  # RLlib iterates over sets of agents
    os.environ["PYTHONHASHSEED"] = "0"
    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606

import argparse
import csv
import json
import logging
import shutil
import time
import tomllib
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import ray
import torch
from clone import make_nets, noise_of, warm_start
from module import MappoModule, MaskedPPOLearner, TrainingEnv
from nets import Groups, exported, groups_of, seed_torch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module.multi_rl_module import MultiRLModuleSpec
from ray.rllib.core.rl_module.rl_module import RLModuleSpec

from gridbench.envs.batch import BatchEnv
from gridbench.policies.network import Network
from gridbench.policies.network_file import write_network
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from ray.rllib.algorithms.algorithm import Algorithm

    from gridbench.policies import Policy
    from gridbench.scenario.scenario import Scenario

HERE = Path(__file__).resolve().parent


class Validation:
    """Plays the exported policy on fixed days of the validation year."""

    def __init__(self, scenario: Scenario, days: int) -> None:
        """Choose the days, evenly spaced."""
        series = scenario.split("validation").series
        length = sum(int(one.n * one.step_h // 24) for one in series)
        self._env = BatchEnv(scenario, days)
        self._columns = [scenario.window("validation", int(day)) for day in np.linspace(0, length - 1, days)]

    def cost_usd(self, policy: Policy) -> float:
        """Return the mean cost of a day."""
        seen, total = self._env.reset(self._columns), 0.0
        policy.reset(self._env.scenario, self._columns[0], 0)
        while not self._env.over:
            seen, _, result = self._env.step(policy.act(seen))
            total += float(result.cost_usd.mean())
        return total


def make_config(args: argparse.Namespace, recipe: dict[str, Any], env: BatchEnv, groups: Groups, warm: Path | None) -> PPOConfig:
    """Return RLlib's configuration."""
    first = {module: agent for agent, (module, _, _) in reversed(groups.items())}
    spec = {
        module: RLModuleSpec(
            module_class=MappoModule,
            model_config={
                "hidden": recipe["hidden"],
                "noise": noise_of(env, first[module], recipe).tolist(),
                "warm": str(warm / f"{module}.pt") if warm else "",
            },
        )
        for module in sorted(first)
    }
    marks = {agent: (index, size) for agent, (_, index, size) in groups.items()}
    env_config = {"scenario": args.scenario, "split": "train", "seed": args.seed, "groups": marks, "recipe": recipe}
    modules = {agent: module for agent, (module, _, _) in groups.items()}
    return (
        PPOConfig()
        .environment(TrainingEnv, env_config=env_config, disable_env_checking=True)
        .env_runners(
            num_env_runners=args.runners, num_envs_per_env_runner=recipe["envs"], batch_mode="truncate_episodes",
            rollout_fragment_length="auto",
        )
        .learners(num_learners=0)
        .framework("torch", torch_skip_nan_gradients=False)
        .training(
            train_batch_size_per_learner=24 * recipe["days_per_iteration"], minibatch_size=recipe["minibatch"],
            num_epochs=recipe["ppo_epochs"], lr=recipe["lr"], gamma=recipe["gamma"], lambda_=recipe["lambda"],
            clip_param=recipe["clip"], vf_clip_param=1e6, vf_loss_coeff=0.5, entropy_coeff=recipe["entropy"], use_kl_loss=False,
            grad_clip=0.5, grad_clip_by="global_norm", learner_class=MaskedPPOLearner,
        )
        .multi_agent(policies=set(spec), policy_mapping_fn=lambda agent, *_, **__: modules[agent])
        .rl_module(rl_module_spec=MultiRLModuleSpec(rl_module_specs=spec))
        .debugging(seed=args.seed, log_level="ERROR")
    )  # fmt: skip


def export(
    actors: dict[str, Any], args: argparse.Namespace, env: BatchEnv, groups: Groups, folder: Path, facts: dict[str, Any]
) -> Network:
    """Write the actors into a folder and return them as the policy that NumPy runs."""
    page, arrays = exported(actors, groups, env)
    training = {
        "environment_steps": facts.pop("environment_steps"), "seconds": facts.pop("seconds"), "device": "cpu",
        "seeds": (args.seed,), "scenarios": (env.scenario.id,),
    }  # fmt: skip
    told = {"information": "shared", "name": "mappo", "version": "1", "training": training, "facts": facts}
    write_network(folder, {**told, **page}, arrays)
    return Network(env.scenario, folder)


def prepare(args: argparse.Namespace, recipe: dict[str, Any], env: BatchEnv, groups: Groups) -> Path | None:
    """Run the warm start, once per output folder, and return where its weights are."""
    warm = args.out / "warm"
    if not recipe["rounds"]:
        return None
    if not (args.resume and warm.is_dir()):
        warm.mkdir(parents=True, exist_ok=True)
        seed_torch(args.seed)
        nets = make_nets(env, groups, recipe)
        warm_start(env, groups, nets, recipe, np.random.default_rng([args.seed, 1]))
        for name in nets.actors:
            torch.save({"pi": nets.actors[name].state_dict(), "vf": nets.critics[name].state_dict()}, warm / f"{name}.pt")
    return warm.resolve()


def train(args: argparse.Namespace, recipe: dict[str, Any]) -> None:
    """Train, validate, log and keep the best."""
    begun = time.perf_counter()
    scenario = load_scenario(args.scenario)
    env = BatchEnv(scenario, recipe["batch"])
    groups = groups_of(env)
    warm = prepare(args, recipe, env, groups)
    ray.init(num_cpus=max(1, args.runners + 1), include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    algo = make_config(args, recipe, env, groups, warm).build_algo()
    progress = args.out / "progress.json"
    kept = Journal(seconds=time.perf_counter() - begun)
    if args.resume and progress.is_file():
        kept = Journal(**json.loads(progress.read_text(encoding="utf-8")))
        algo.restore_from_path(str((args.out / "checkpoint").resolve()))
    else:
        (args.out / "log.csv").unlink(missing_ok=True)
    try:
        _loop(algo, args, recipe, env, groups, kept)
    finally:
        litter = algo.logdir
        algo.stop()
        ray.shutdown()
        shutil.rmtree(litter, ignore_errors=True)


@dataclass
class Journal:
    """What the training has reached: counters, the latest return, and the best validation cost."""

    iteration: int = 0
    steps: int = 0
    seconds: float = 0.0
    best: float = float("inf")
    reached: float = float("nan")

    def write(self, path: Path, row: tuple[float, ...], names: tuple[str, ...]) -> None:
        """Append a row to a CSV file, with its header first."""
        begins = not path.is_file()
        with path.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([names, row] if begins else [row])


def _loop(
    algo: Algorithm, args: argparse.Namespace, recipe: dict[str, Any], env: BatchEnv, groups: Groups, kept: Journal
) -> None:
    validation = Validation(env.scenario, recipe["validation_days"])
    offset, begun = kept.seconds, time.perf_counter()
    while True:
        done = kept.steps >= args.steps
        if done or kept.iteration % recipe["validate_every"] == 0:
            kept.seconds = offset + time.perf_counter() - begun
            _validate(algo, args, recipe, env, groups, kept, validation)
            algo.save_to_path(str((args.out / "checkpoint").resolve()))
            (args.out / "progress.json").write_text(json.dumps(asdict(kept)), encoding="utf-8")
        if done:
            return
        result = algo.train()["env_runners"]
        kept.iteration += 1
        kept.steps = int(result["num_env_steps_sampled_lifetime"])
        kept.reached = float(result["episode_return_mean"]) / len(groups)


def _validate(
    algo: Algorithm, args: argparse.Namespace, recipe: dict[str, Any], env: BatchEnv, groups: Groups, kept: Journal,
    validation: Validation,
) -> None:  # fmt: skip
    """Export, play the validation days with NumPy, keep the best, and tell."""
    modules = {module: algo.get_module(module) for module, _, _ in groups.values()}
    facts = {
        "environment_steps": kept.steps, "seconds": round(kept.seconds, 1), "ray": ray.__version__, "torch": torch.__version__,
        "env_runners": args.runners, "envs": recipe["envs"], "scenario_digest": env.scenario.digest, "teacher": "rule",
    }  # fmt: skip
    policy = export({name: m.pi for name, m in modules.items()}, args, env, groups, args.out / "last", facts)
    cost = validation.cost_usd(policy)
    if cost < kept.best:
        kept.best = cost
        shutil.copytree(args.out / "last", args.out / "best", dirs_exist_ok=True)
    spread = {name: float(m.log_std.detach().exp().mean()) for name, m in modules.items()}
    row = (kept.iteration, kept.steps, kept.seconds, kept.reached, cost, kept.best, *spread.values())
    names = ("iteration", "steps", "seconds", "train_return", "validation_usd", "best_usd", *(f"std_{name}" for name in spread))
    kept.write(args.out / "log.csv", tuple(round(one, 4) for one in row), names)
    print(
        f"{kept.steps:>8} steps {kept.seconds:6.0f} s  return {kept.reached:8.3f}  validation {cost:9.2f} usd"
        f"  best {kept.best:9.2f}  std {' '.join(f'{one:.3f}' for one in spread.values())}", flush=True,
    )  # fmt: skip


def main() -> None:
    """Read the command line and the recipe, and train."""
    recipe = tomllib.loads((HERE / "config.toml").read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenario", default="ieee34_ieee13-v1", help="name, id or path")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=recipe["steps"], help="environment steps (hours)")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights, checkpoint and log")
    parser.add_argument("--runners", type=int, default=0, help="extra processes that play days; results depend on it")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", help="change a number of config.toml")
    args = parser.parse_args()
    for change in args.set:
        key, _, value = change.partition("=")
        if key not in recipe:
            parser.error(f"--set {key}: config.toml has no such key")
        recipe[key] = type(recipe[key])(float(value))
    args.out.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    logging.getLogger("ray").setLevel(logging.ERROR)
    train(args, recipe)


if __name__ == "__main__":
    main()
