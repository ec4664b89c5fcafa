"""Multi-agent PPO with RLlib, from scratch: microgrids that share an actor, an operator, and critics that see everything.

    python examples/05_mappo_rllib.py --iterations 200 --seed 0

Needs the extra `rl`, and some two seconds an iteration. Module, learner and reward are those of baselines/mappo, whose
train.py adds a warm start, the choice of the best on validation days, and resuming: it is what to train with for results.
"""

# ruff: noqa: E402
from __future__ import annotations

import os
import sys

os.environ |= {"OMP_NUM_THREADS": "1", "RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}
if __name__ == "__main__" and os.environ.get("PYTHONHASHSEED") != "0":  # RLlib iterates over sets of agents
    os.environ["PYTHONHASHSEED"] = "0"
    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606

import argparse
import logging
import shutil
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import ray
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module.multi_rl_module import MultiRLModuleSpec
from ray.rllib.core.rl_module.rl_module import RLModuleSpec

from gridbench import load_scenario
from gridbench.bench.intervals import interval
from gridbench.envs.batch import BatchEnv
from gridbench.policies import make_policy
from gridbench.policies.network_file import write_network
from gridbench.policies.table import baseline_root

BASELINE = baseline_root() / "mappo"
sys.path[:0] = [str(BASELINE), str(BASELINE.parent)]
from common.nets import Groups, exported, groups_of, seed_torch
from common.recipe import read_recipe
from common.runner import TrainingEnv
from module import MappoModule, StockLearner

if TYPE_CHECKING:
    from ray.rllib.algorithms.algorithm import Algorithm

    from gridbench.policies import Policy

mpl.use("Agg")
from matplotlib import pyplot as plt

DAYS = (12, 23, 34, 45)
"""Of the validation year, for the learning curve, and of the test year, for the last word: those have a published bound."""
SCRATCH = {"unit": 3.0, "floor": -30.0, "lr": 1e-3}
"""Where the baseline's recipe must differ: untaught actors cost 25 000 usd a day, and its floor would hide that they learn."""
NOISE = 0.4
TINY = {"hidden": [16], "minibatch": 96, "ppo_epochs": 1}
COLUMNS = ("iteration", "days", "seconds", "return", "cost_usd")


def configure(options: argparse.Namespace, recipe: dict[str, Any], env: BatchEnv, groups: Groups) -> PPOConfig:
    """Return RLlib's configuration: one module for all agents of a kind, each with its own actor and central critic."""
    first = {module: agent for agent, (module, _, _) in reversed(groups.items())}
    shared = {"hidden": recipe["hidden"], "critic_sees": "state", "constrained": False}
    models = {m: shared | {"noise": [NOISE] * env.codec.sizes[agent]} for m, agent in first.items()}
    specs = {m: RLModuleSpec(module_class=MappoModule, model_config=model) for m, model in sorted(models.items())}
    marks = {agent: (index, size) for agent, (_, index, size) in groups.items()}
    played = {"scenario": env.scenario.id, "split": "train", "seed": options.seed, "groups": marks, "recipe": recipe}
    modules = {agent: module for agent, (module, _, _) in groups.items()}
    return (
        PPOConfig()
        .environment(TrainingEnv, env_config=played, disable_env_checking=True)  # a GridMultiAgentEnv with a calmer reward
        .env_runners(num_env_runners=options.num_workers, num_envs_per_env_runner=options.days // max(1, options.num_workers))
        .multi_agent(policies=set(specs), policy_mapping_fn=lambda agent, *_, **__: modules[agent])
        .rl_module(rl_module_spec=MultiRLModuleSpec(rl_module_specs=specs))
        .learners(num_learners=0)
        .training(
            train_batch_size_per_learner=env.scenario.steps * options.days, minibatch_size=recipe["minibatch"],
            num_epochs=recipe["ppo_epochs"], lr=recipe["lr"], gamma=recipe["gamma"], lambda_=recipe["lambda"], clip_param=0.2,
            vf_clip_param=1e6, vf_loss_coeff=0.5, entropy_coeff=0.0, use_kl_loss=False, grad_clip=0.5,
            grad_clip_by="global_norm", learner_class=StockLearner,
        )
        .debugging(seed=options.seed, log_level="ERROR")
    )  # fmt: skip


def export(algo: Algorithm, env: BatchEnv, groups: Groups, folder: Path) -> Policy:
    """Write the actors into a folder, and return them as the policy that NumPy runs."""
    actors = {module: algo.get_module(module).pi for module, _, _ in groups.values()}
    page, arrays = exported(actors, groups, env.acting)
    write_network(folder, {"name": "mappo-example", "version": "1", "information": "shared", **page}, arrays)
    return make_policy(folder, env.scenario)


def costs_usd(env: BatchEnv, policy: Policy, split: str) -> np.ndarray:
    """Return what `DAYS` of a split cost under a policy (days,)."""
    columns = [env.scenario.window(split, day) for day in DAYS]
    seen, total = env.reset(columns), np.zeros(env.batch)
    policy.reset(env.scenario, columns[0], 0)
    while not env.over:
        seen, _, result = env.step(policy.act(seen))
        total += result.cost_usd
    return total


def train(options: argparse.Namespace, recipe: dict[str, Any], env: BatchEnv) -> tuple[Policy, np.ndarray]:
    """Train; return the actors of the last iteration, and by iteration the numbers of `COLUMNS`."""
    groups, begun = groups_of(env.acting), time.perf_counter()
    seed_torch(options.seed)
    ray.init(num_cpus=options.num_workers + 1, include_dashboard=False, log_to_driver=False, logging_level="ERROR",
             runtime_env={"env_vars": {"PYTHONPATH": os.pathsep.join(sys.path[:2])}})  # fmt: skip
    algo = configure(options, recipe, env, groups).build_algo()
    rows = []
    print("".join(f"{name:>11s}" for name in COLUMNS), flush=True)
    try:
        for iteration in range(1, options.iterations + 1):
            reached = algo.train()["env_runners"]["episode_return_mean"] / len(groups)
            policy = export(algo, env, groups, options.out / "05_mappo_rllib")
            cost = costs_usd(env, policy, "validation").mean()
            rows.append((iteration, iteration * options.days, time.perf_counter() - begun, reached, cost))
            print("{:11d}{:11d}{:11.0f}{:11.2f}{:11.2f}".format(*rows[-1]), flush=True)
    finally:
        litter = algo.logdir
        algo.stop()
        ray.shutdown()
        shutil.rmtree(litter, ignore_errors=True)
    return policy, np.array(rows)


def evaluate(env: BatchEnv, policy: Policy) -> dict[str, np.ndarray]:
    """Return and print what the test days cost under some policies, and their bounds (days,)."""
    idle, baseline = (make_policy(name, env.scenario) for name in ("idle", "mappo"))
    named = {"idle": idle, "trained here": policy, "baselines/mappo": baseline}
    found = {name: costs_usd(env, one, "test") for name, one in named.items()}
    found["bound"] = np.array([interval(env.scenario, "test", day).bound_usd for day in DAYS])
    print("\ntest day, usd   " + "".join(f"{day:10d}" for day in DAYS) + "      mean  above the bound")
    for name, costs in found.items():
        over = 100.0 * (costs.sum() / found["bound"].sum() - 1.0)
        print(f"{name:16s}" + "".join(f"{cost:10.2f}" for cost in (*costs, costs.mean())) + f"{over:15.1f} %")
    return found


def draw(rows: np.ndarray, idle_usd: float, found: dict[str, np.ndarray], path: Path) -> None:
    """Save the learning curve, and the costs of the test days."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    left.plot(rows[:, 1], rows[:, 4], color="#0072B2", label="trained here")
    left.axhline(idle_usd, color="0.6", linestyle="--", label="idle")
    left.set(xlabel="days played", ylabel="mean cost of a validation day, usd", yscale="log", title="Learning from scratch")
    left.yaxis.set_major_formatter("{x:,.0f}")
    left.yaxis.set_minor_formatter("{x:,.0f}")
    left.legend()
    colours = dict(zip(found, ("0.6", "#0072B2", "#E69F00", "black"), strict=True))
    for i, (name, costs) in enumerate(found.items()):
        right.bar(np.arange(len(DAYS)) + 0.2 * (i - 1.5), costs, 0.2, label=name, color=colours[name])
    right.set(xlabel="test day", ylabel="cost, usd", xticks=range(len(DAYS)), xticklabels=DAYS, title="Test days")
    right.legend(loc="upper left")
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main(arguments: list[str] | None = None) -> None:
    """Train, tell, evaluate, and save weights, curve and figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iterations", type=int, default=200)
    parser.add_argument("--num-workers", type=int, default=0, help="processes that play days beside the learner's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--test", action="store_true", help="a tiny run: does everything work?")
    parser.add_argument("--out", type=Path, default=Path("runs/examples"), help="folder of weights, curve and figure")
    options = parser.parse_args(arguments)
    warnings.filterwarnings("ignore")
    logging.getLogger("ray.rllib").setLevel(logging.ERROR)
    recipe = read_recipe(BASELINE) | SCRATCH
    options.days = recipe["days_per_iteration"]
    if options.test:
        recipe, options.iterations, options.days = recipe | TINY, 2, 4
    env = BatchEnv(load_scenario("ieee34_ieee13"), len(DAYS))
    policy, rows = train(options, recipe, env)
    np.savetxt(options.out / "05_mappo_rllib.csv", rows, delimiter=",", header=",".join(COLUMNS), comments="", fmt="%.6g")
    idle_usd = costs_usd(env, make_policy("idle", env.scenario), "validation").mean()
    draw(rows, idle_usd, evaluate(env, policy), options.out / "05_mappo_rllib.png")


if __name__ == "__main__":
    main()
