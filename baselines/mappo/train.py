"""Train MAPPO on a scenario with RLlib, and export the best actors for NumPy.

    python baselines/mappo/train.py --scenario ieee34_ieee13-v1 --seed 0 --steps 600000 --out runs/mappo/0

Warm start by imitation of `rule` (clone.py), then multi-agent PPO with one actor per kind of agent and a critic that sees
all observations (Yu et al. 2022). Every few iterations the exported NumPy policy plays the validation days; the best is kept
in <out>/best. With --resume it goes on from <out>/checkpoint.
"""

# ruff: noqa: E402
from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
for _name, _value in {
    "OMP_NUM_THREADS": "1", "RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", "RAY_DEDUP_LOGS": "0",
}.items():  # fmt: skip
    os.environ.setdefault(_name, _value)
_found = [str(HERE), str(HERE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(os.pathsep.join(_found).split(os.pathsep)))  # for Ray's processes
if __name__ == "__main__" and os.environ.get("PYTHONHASHSEED") != "0":  # RLlib iterates over sets of agents
    os.environ["PYTHONHASHSEED"] = "0"
    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606

import argparse
import json
import logging
import shutil
import time
import warnings
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import ray
import torch
from common.arena import BatchArena
from common.clone import make_nets, noise_of, warm_start
from common.journal import Journal
from common.nets import Groups, export, groups_of, seed_torch, swap
from common.recipe import read_recipe
from common.validation import Validation
from module import MappoModule, MaskedPPOLearner, TrainingEnv
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module.multi_rl_module import MultiRLModuleSpec
from ray.rllib.core.rl_module.rl_module import RLModuleSpec

from gridbench.errors import GridbenchError
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from ray.rllib.algorithms.algorithm import Algorithm


def make_config(
    args: argparse.Namespace, recipe: dict[str, Any], env: BatchArena, groups: Groups, warm: Path | None
) -> PPOConfig:
    """Return RLlib's configuration."""
    first = {module: agent for agent, (module, _, _) in reversed(groups.items())}
    spec = {
        module: RLModuleSpec(
            module_class=MappoModule,
            model_config={
                "hidden": recipe["hidden"],
                "noise": noise_of(env.acting, first[module], recipe).tolist(),
                "warm": str(warm / f"{module}.pt") if warm else "",
            },
        )
        for module in sorted(first)
    }
    marks = {agent: (index, size) for agent, (_, index, size) in groups.items()}
    env_config = {"scenario": args.scenario, "split": "train", "seed": args.seed, "groups": marks, "recipe": recipe}
    modules = {agent: module for agent, (module, _, _) in groups.items()}
    step_h = env.scenario.step_h
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
            train_batch_size_per_learner=env.scenario.steps * recipe["days_per_iteration"], minibatch_size=recipe["minibatch"],
            num_epochs=recipe["ppo_epochs"], lr=recipe["lr"], gamma=recipe["gamma"] ** step_h,
            lambda_=recipe["lambda"] ** step_h, clip_param=recipe["clip"], vf_clip_param=1e6, vf_loss_coeff=0.5,
            entropy_coeff=recipe["entropy"], use_kl_loss=False, grad_clip=0.5, grad_clip_by="global_norm",
            learner_class=MaskedPPOLearner,
        )
        .multi_agent(policies=set(spec), policy_mapping_fn=lambda agent, *_, **__: modules[agent])
        .rl_module(rl_module_spec=MultiRLModuleSpec(rl_module_specs=spec))
        .debugging(seed=args.seed, log_level="ERROR")
    )  # fmt: skip


def prepare(args: argparse.Namespace, recipe: dict[str, Any], env: BatchArena, groups: Groups) -> Path | None:
    """Run the warm start, once per output folder, and return where its weights are."""
    warm = args.out / "warm"
    if not recipe["rounds"]:
        return None
    if not (args.resume and warm.is_dir()):
        warm.mkdir(parents=True, exist_ok=True)
        seed_torch(args.seed)
        nets = make_nets(env.acting, groups, recipe)
        warm_start(env, groups, nets, recipe, np.random.default_rng([args.seed, 1]))
        for name in nets.actors:
            torch.save({"pi": nets.actors[name].state_dict(), "vf": nets.critics[name].state_dict()}, warm / f"{name}.pt")
    return warm.resolve()


def train(args: argparse.Namespace, recipe: dict[str, Any]) -> None:
    """Train, validate, log and keep the best."""
    begun = time.perf_counter()
    scenario = load_scenario(args.scenario)
    env = BatchArena(scenario, "train", recipe["batch"])
    groups = groups_of(env.acting)
    warm = prepare(args, recipe, env, groups)
    ray.init(num_cpus=max(1, args.runners + 1), include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    algo = make_config(args, recipe, env, groups, warm).build_algo()
    progress = args.out / "progress.json"
    kept, after = Reached(seconds=time.perf_counter() - begun), None
    if args.resume and progress.is_file():
        kept = Reached(**json.loads(progress.read_text(encoding="utf-8")))
        after = kept.iteration
        algo.restore_from_path(str((args.out / "checkpoint").resolve()))
    log = Journal(args.out, after=after)
    try:
        _loop(algo, args, recipe, env, groups, kept, log)
    finally:
        litter = algo.logdir
        algo.stop()
        ray.shutdown()
        shutil.rmtree(litter, ignore_errors=True)


@dataclass
class Reached:
    """What the training has reached: counters, the latest return, and the best on the validation days."""

    iteration: int = 0
    steps: int = 0
    seconds: float = 0.0
    best: tuple[bool, float] = (True, float("inf"))
    train_return: float = float("nan")
    told: int = -1


def _loop(
    algo: Algorithm, args: argparse.Namespace, recipe: dict[str, Any], env: BatchArena, groups: Groups, kept: Reached,
    log: Journal,
) -> None:  # fmt: skip
    validation = Validation(env.scenario, recipe["validation_days"], args.scenario)
    offset, begun = kept.seconds, time.perf_counter()
    while True:
        done = kept.steps >= args.steps
        if kept.told != kept.iteration and (done or kept.iteration % recipe["validate_every"] == 0):
            kept.seconds = offset + time.perf_counter() - begun
            _validate(algo, args, recipe, env, groups, kept, validation, log)
            algo.save_to_path(str((args.out / "checkpoint").resolve()))
            (args.out / "progress.json").write_text(json.dumps(asdict(kept)), encoding="utf-8")
        if done:
            return
        result = algo.train()["env_runners"]
        kept.iteration += 1
        kept.steps = int(result["num_env_steps_sampled_lifetime"])
        kept.train_return = float(result["episode_return_mean"]) / len(groups)


def _validate(
    algo: Algorithm, args: argparse.Namespace, recipe: dict[str, Any], env: BatchArena, groups: Groups, kept: Reached,
    validation: Validation, log: Journal,
) -> None:  # fmt: skip
    """Export, play the validation days with NumPy, keep the best (admissible ones first), and tell."""
    modules = {module: algo.get_module(module) for module, _, _ in groups.values()}
    facts = {
        "trainer": "rllib", "ray": ray.__version__, "torch": torch.__version__, "env_runners": args.runners,
        "envs": recipe["envs"], "seed": args.seed, "scenario_digest": env.scenario.digest, "teacher": "rule",
    }  # fmt: skip
    training = {
        "environment_steps": kept.steps, "seconds": round(kept.seconds, 1), "device": "cpu", "seeds": (args.seed,),
        "scenarios": (env.scenario.id,),
    }  # fmt: skip
    told = {"name": "mappo", "training": training, "facts": facts}
    actors = {name: one.pi for name, one in modules.items()}
    found = validation(export(args.out / "last", told, actors, groups, env.scenario, env.acting))
    if found.rank < tuple(kept.best):
        kept.best = found.rank
        swap(args.out / "last", args.out / "best")
    kept.told = kept.iteration
    row = {"iteration": kept.iteration, "steps": kept.steps, "seconds": kept.seconds, "train_return": kept.train_return}
    spread = {f"std_{name}": float(one.log_std.detach().exp().mean()) for name, one in modules.items()}
    log.tell(row | found.row(kept.best[1]) | spread)


def main() -> int:
    """Read the command line and the recipe, and train; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenario", default="ieee34_ieee13-v1", help="name, id or path")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="environment steps (default: of the recipe)")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights, checkpoint and log")
    parser.add_argument("--runners", type=int, default=0, help="extra processes that play days; results depend on it")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", help="change a number of the recipe")
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.getLogger("ray").setLevel(logging.ERROR)
    try:
        recipe = read_recipe(HERE, args.set)
        args.steps = recipe["steps"] if args.steps is None else args.steps
        args.out.mkdir(parents=True, exist_ok=True)
        train(args, recipe)
    except GridbenchError as error:
        print(f"train: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
