"""Train by imitation of the oracle (behaviour cloning, DAgger), then by PPO from there.

    python baselines/dagger/train.py --scenario ieee34_ieee13-v1 --algorithm dagger --seed 0 --out runs/train/dagger-0

The oracle plans days of the training split with the future known. `bc` learns from these schedules; `dagger` also asks the
oracle for the rest of days that were begun by what was learnt so far, from the states reached there (Ross et al. 2011). Actors
imitate what was learnt, as far as it is trusted, and `rule` for the rest; baselines/fast/train.py then goes on from these
actors, in <out>/start. The environment steps of schedules, of days begun and of PPO are counted together.
"""

# ruff: noqa: E402
from __future__ import annotations

import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import argparse
import platform
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from blend import Blend
from common.arena import BatchArena
from common.clone import imitate, make_nets
from common.nets import export, groups_of, seed_torch
from common.recipe import read_recipe
from common.validation import Validation
from labels import Samples, labelled
from plans import Plans
from torch import nn

from gridbench import __version__
from gridbench.envs.batch import BatchEnv
from gridbench.errors import GridbenchError
from gridbench.places import cache_folder
from gridbench.policies.network_file import PAGE
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.clone import Nets
    from expert import Plan
    from numpy.typing import NDArray

    from gridbench.policies import Policy
    from gridbench.scenario.scenario import Scenario

ALGORITHMS = ("bc", "dagger")
FAST = HERE.parent / "fast" / "train.py"


@dataclass
class Taught:
    """What the expert taught: samples, and what that cost; `usd` and `bound_usd` are of the days planned from dawn."""

    samples: Samples = field(default_factory=Samples)
    steps: int = 0
    """Environment steps, rolled in and replayed."""
    plans: int = 0
    cpu_s: float = 0.0
    """Of the solvers."""
    usd: float = float("nan")
    bound_usd: float = float("nan")


class School:
    """Lets the expert teach on days of the training split, which are drawn once: every training has the same plans."""

    def __init__(self, plans: Plans, recipe: dict[str, Any], jobs: int = 1) -> None:
        """Take the expert's plans; `jobs` processes make those that are missing."""
        self.plans, self.recipe, self.jobs = plans, recipe, jobs
        self.rng = np.random.default_rng([recipe["draw"], 2])
        self.taught = Taught()

    def dawn(self) -> None:
        """Teach whole days as the expert plans them from dawn."""
        env, days = self._drawn(self.recipe["days"])
        hours = np.zeros(env.batch, dtype=np.int64)
        plans = self._planned(days, hours, np.tile(env.plant.layout.initial, (env.batch, 1)))
        self.taught.usd = float(self._replay(env, days, hours, plans, []).mean())
        self.taught.bound_usd = float(np.mean([plan.bound_usd for plan in plans]))

    def after(self, policy: Policy) -> None:
        """Teach the rest of days that a policy began: it acts up to a random hour of each, and the oracle plans from there."""
        env, days = self._drawn(self.recipe["dagger_days"])
        hours = self.rng.integers(1, env.scenario.steps, env.batch)
        began, states = [], np.zeros((env.batch, len(env.plant.layout.states)))
        columns = [env.scenario.window("train", day) for day in days]
        seen = env.reset(columns)
        policy.reset(env.scenario, columns[0], 0)
        for t in range(1, int(hours.max()) + 1):
            began.append(env.codec.decode(policy.act(seen)))
            seen, _, _ = env.step_asks(began[-1])
            states[hours == t] = env.plant.states[hours == t]
            self.taught.steps += env.batch
        self._replay(env, days, hours, self._planned(days, hours, states), began)

    def _drawn(self, count: int) -> tuple[BatchEnv, list[int]]:
        """Return an environment for some days of the training split, and the days."""
        known = self.plans.scenario.split("train").days
        days = self.rng.choice(known, count, replace=count > len(known))
        return BatchEnv(self.plans.scenario, count), [int(day) for day in days]

    def _planned(self, days: list[int], hours: NDArray[np.int64], states: NDArray[np.float64]) -> list[Plan]:
        plans = self.plans([(day, int(t), one) for day, t, one in zip(days, hours, states, strict=True)], self.jobs)
        self.taught.plans += len(plans)
        self.taught.cpu_s += sum(plan.cpu_s for plan in plans)
        return plans

    def _replay(
        self, env: BatchEnv, days: list[int], hours: NDArray[np.int64], plans: Sequence[Plan], began: list[NDArray[np.float64]]
    ) -> NDArray[np.float64]:
        """Replay what was begun and then the plans, take the labels, and return what the days cost (batch,)."""
        groups, cost_usd = groups_of(env.acting), np.zeros(env.batch)
        seen = env.reset([env.scenario.window("train", day) for day in days])
        for t in range(env.scenario.steps):
            own = hours <= t
            asks = np.stack([plan.asks[t - plan.t] if own[i] else began[t][i] for i, plan in enumerate(plans)]).astype(np.float64)
            if own.any():
                self.taught.samples.add(groups, seen, *labelled(env, asks), own, self.recipe["margin"])
            seen, _, result = env.step_asks(asks)
            cost_usd += result.cost_usd
        self.taught.steps += env.batch * env.scenario.steps
        return cost_usd


def fit(network: nn.Sequential, samples: tuple[Any, ...], recipe: dict[str, Any], rng: np.random.Generator) -> float:
    """Fit by Adam with a falling step to the entries that matter, and return the mean square error of the last epoch.

    What is seen is blurred: else a network copies the positions before a step, which the expert set, and drifts away by itself.
    """
    seen, wanted, matters = map(torch.as_tensor, samples)
    optimiser, size, blur = torch.optim.Adam(network.parameters(), lr=1e-3), 256, recipe["blur"]
    total = recipe["fit_epochs"] * -(-len(seen) // size)
    falling = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda k: max(0.02, 1.0 - k / total))
    errors: list[float] = []
    for _ in range(recipe["fit_epochs"]):
        errors.clear()
        for rows in torch.as_tensor(rng.permutation(len(seen))).split(size):
            weight, near = matters[rows], seen[rows] + blur * torch.randn_like(seen[rows])
            loss = (weight * (network(near) - wanted[rows]) ** 2).sum() / weight.sum()
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            falling.step()
            errors.append(loss.item())
    return float(np.mean(errors))


def imitator(taught: Taught, scenario: Scenario, recipe: dict[str, Any], seed: int) -> Nets:
    """Return networks fitted to all that was taught so far: what they do stands for what the oracle would do."""
    env, rng = BatchEnv(scenario), np.random.default_rng([seed, 3])
    nets = make_nets(env.acting, groups_of(env.acting), recipe)
    for module, actor in nets.actors.items():
        samples = taught.samples.of(module)
        error = fit(actor, samples, recipe, rng)
        print(f"imitator: {module} mean square error {error:.5f} on {len(samples[0])} samples", flush=True)
    return nets


def taught_by(plans: Plans, algorithm: str, recipe: dict[str, Any], jobs: int) -> Taught:
    """Return what the expert teaches; what acts in between does not depend on the training's seed, so that plans are shared."""
    school = School(plans, recipe, jobs)
    school.dawn()
    for _ in range(recipe["dagger_rounds"] if algorithm == "dagger" else 0):
        seed_torch(recipe["draw"])
        school.after(Blend(plans.scenario, imitator(school.taught, plans.scenario, recipe, recipe["draw"]), recipe["trust"]))
    return school.taught


def begin(args: argparse.Namespace, recipe: dict[str, Any]) -> None:
    """Let the expert teach, and write actors that imitate into <out>/start. Raises SolverError, InvalidInput, StorageError."""
    began = time.perf_counter()
    plans = Plans(args.scenario, args.plans or cache_folder() / "plans", recipe["margin_pu"])
    seed_torch(recipe["draw"], args.threads)
    taught, scenario = taught_by(plans, args.algorithm, recipe, args.jobs), plans.scenario
    seed_torch(args.seed, args.threads)
    teacher = Blend(scenario, imitator(taught, plans.scenario, recipe, args.seed), recipe["trust"])
    wide = BatchArena(scenario, "train", recipe["batch"], teacher=teacher)
    groups = groups_of(wide.acting)
    nets = make_nets(wide.acting, groups, recipe)
    imitate(wide, groups, nets, recipe, np.random.default_rng([args.seed, 1]))
    facts = {
        "teacher": "oracle and rule", "expert_plans": taught.plans, "expert_cpu_s": round(taught.cpu_s, 1),
        "expert_steps": taught.steps, "expert_usd": round(taught.usd, 4), "expert_bound_usd": round(taught.bound_usd, 4),
        "seed": args.seed, "scenario_digest": scenario.digest, "gridbench": __version__,
        "torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version(),
    }  # fmt: skip
    training = {
        "environment_steps": taught.steps, "seconds": round(time.perf_counter() - began, 1), "device": "cpu",
        "seeds": (args.seed,), "scenarios": (scenario.id,),
    }  # fmt: skip
    told = {"name": args.algorithm, "training": training, "facts": facts}
    policy = export(args.out / "start", told, nets.actors, groups, scenario, wide.acting)
    found = Validation(scenario, recipe["validation_days"], args.scenario)(policy)
    print(f"imitation: {found.cost_usd:.2f} usd a validation day, violating {found.violating_share:.4f}", flush=True)


def fine_tune(args: argparse.Namespace, changes: Sequence[str]) -> int:
    """Train the actors of <out>/start on by PPO and return the exit code."""
    words: list[object] = ["--scenario", args.scenario, "--seed", args.seed, "--steps", args.steps, "--out", args.out]
    words += ["--start", args.out / "start", "--threads", args.threads, "--device", args.device]
    words += [*(["--resume"] if args.resume else []), "--set", *changes]
    return subprocess.run([sys.executable, str(FAST), *map(str, words)], check=False).returncode  # noqa: S603 - our own, no shell


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and the recipe, and train; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenario", default="ieee34_ieee13-v1", help="name, id or path")
    parser.add_argument("--algorithm", choices=ALGORITHMS, default="dagger")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="environment steps in all, those of the expert's days among them")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights, checkpoint and log")
    parser.add_argument("--plans", type=Path, help="folder where the expert's plans are kept (default: in the user's cache)")
    parser.add_argument("--jobs", type=int, default=1, help="processes that make plans")
    parser.add_argument("--device", default="cpu", help="of PPO: cpu, or cuda for a GPU")
    parser.add_argument("--threads", type=int, default=1, help="of torch; the last bits of the weights depend on it")
    parser.add_argument("--resume", action="store_true", help="go on from what stands in --out, if anything does")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", help="change a number of the recipe, or of PPO's")
    args = parser.parse_args(arguments)
    try:
        known, mine = read_recipe(FAST.parent), read_recipe(HERE)
        own = [one for one in args.set if one.partition("=")[0] in mine or one.partition("=")[0] not in known]
        recipe = read_recipe(HERE, own, load_scenario(args.scenario).id)
        args.steps = recipe["steps"] if args.steps is None else args.steps
        if not (args.resume and (args.out / "start" / PAGE).is_file()):
            begin(args, recipe)
        return fine_tune(args, [one for one in args.set if one.partition("=")[0] in known])
    except GridbenchError as error:
        print(f"train: {error}", file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
