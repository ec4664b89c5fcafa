"""The loop around an algorithm of RLlib: iterate, validate, keep the best, log, save, and go on after a kill."""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import sys
import time
import warnings
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ray
from common.facts import facts_of
from common.journal import Journal
from common.nets import swap
from common.process import begin_ray
from common.recipe import read_recipe
from common.validation import Validation

from gridbench.bench.files import write_text
from gridbench.errors import GridbenchError, InvalidInput
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from ray.rllib.algorithms.algorithm import Algorithm

    from gridbench.policies.policy import Policy
    from gridbench.scenario.scenario import Scenario

PROGRESS = "progress.json"


class Learnt(ABC):
    """What a script says of the algorithm that it trains."""

    algo: Algorithm
    agents: int = 1
    """How many agents the return of an episode counts: each earns what all earn."""

    @abstractmethod
    def export(self, folder: Path, told: dict[str, Any]) -> Policy:
        """Write what has been learnt into a folder, with `told` on its page, and return it as NumPy runs it."""

    @abstractmethod
    def row(self) -> dict[str, float]:
        """Return further columns of the log."""

    def keep(self, folder: Path) -> None:
        """Write into a checkpoint what RLlib's own lacks; of most it lacks nothing."""
        del folder

    def recall(self, folder: Path) -> None:
        """Take it back."""
        del folder


@dataclass
class Reached:
    """What the training has reached: counters, the latest return, and the best on the validation days."""

    iteration: int = 0
    steps: int = 0
    seconds: float = 0.0
    best: list[Any] = field(default_factory=lambda: [True, float("inf")])
    train_return: float = float("nan")
    train_violating: float = float("nan")
    told: int = -1


def arguments(doc: str, algorithms: tuple[str, ...]) -> argparse.ArgumentParser:
    """Return the options that every script on RLlib takes."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--scenario", default="ieee34_ieee13-v1", help="name, id or path")
    parser.add_argument("--algorithm", choices=algorithms, default=algorithms[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="environment steps (default: of the recipe)")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights, checkpoint and log")
    parser.add_argument("--runners", type=int, default=0, help="extra processes that play days; results depend on it")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out, if there is one")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", help="change a number of the recipe")
    return parser


def run(args: argparse.Namespace, folder: Path, train: Callable[[argparse.Namespace, dict[str, Any]], None]) -> int:
    """Read the recipe of a folder and train; return the exit code."""
    warnings.filterwarnings("ignore")
    logging.getLogger("ray").setLevel(logging.ERROR)
    try:
        recipe = read_recipe(folder, args.set, load_scenario(args.scenario).id)
        args.steps = recipe["steps"] if args.steps is None else args.steps
        if args.runners < 0:
            raise InvalidInput("--runners", [f"{args.runners}: give 0 or more"])
        args.out.mkdir(parents=True, exist_ok=True)
        if newest(args.out) is not None and not args.resume:
            fault = "a training stands here: go on with --resume, or choose another --out"
            raise InvalidInput(str(args.out / "checkpoint"), [fault])
        train(args, recipe)
    except GridbenchError as error:
        print(f"train: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def rllib_facts(args: argparse.Namespace, scenario: Scenario, **own: str | int) -> dict[str, str | int]:
    """Return what the weights depend on, but for the recipe: also on Ray, and on how many runners play."""
    return facts_of("rllib", args, scenario, env_runners=args.runners, ray=ray.__version__, **own)


def loop(
    made: Callable[[], Learnt], args: argparse.Namespace, recipe: dict[str, Any], facts: dict[str, Any], begun: float
) -> None:
    """Train until the steps are done, from where a checkpoint stands; raises InvalidInput for one of another run."""
    scenario = load_scenario(args.scenario)
    validation = Validation(scenario, recipe["validation_days"], args.scenario)
    kept, after, found = Reached(), None, newest(args.out)
    if found is not None:
        kept = _reached(found, made_of(facts, recipe))
        after = kept.iteration
        begun -= kept.seconds
    log = Journal(args.out, after=after, config=made_of(facts, recipe))
    begin_ray(max(2, args.runners + 1))
    learnt = made()
    try:
        if found is not None:
            learnt.algo.restore_from_path(str(found.resolve()))
            learnt.recall(found)
        _iterate(learnt, args, recipe, kept, log, validation, facts, begun)
    finally:
        litter = learnt.algo.logdir
        learnt.algo.stop()
        ray.shutdown()
        shutil.rmtree(litter, ignore_errors=True)


def _iterate(
    learnt: Learnt, args: argparse.Namespace, recipe: dict[str, Any], kept: Reached, log: Journal, validation: Validation,
    facts: dict[str, Any], begun: float,
) -> None:  # fmt: skip
    while True:
        done = kept.steps >= args.steps
        kept.seconds = time.perf_counter() - begun
        if kept.told != kept.iteration and (done or kept.iteration % recipe["validate_every"] == 0):
            _validate(learnt, args, facts, kept, validation, log)
        if done or kept.iteration % recipe["checkpoint_every"] == 0:
            _save(learnt, args.out, kept, made_of(facts, recipe))
        if done:
            return
        result = learnt.algo.train()["env_runners"]
        kept.iteration += 1
        kept.steps = int(result["num_env_steps_sampled_lifetime"])
        kept.train_return = float(result.get("episode_return_mean", float("nan"))) / learnt.agents
        kept.train_violating = float(result.get("violating_mean", float("nan")))


def _validate(
    learnt: Learnt, args: argparse.Namespace, facts: dict[str, Any], kept: Reached, validation: Validation, log: Journal
) -> None:
    """Export, play the validation days with NumPy, keep the best (admissible ones first), and tell."""
    training = {
        "environment_steps": kept.steps, "seconds": round(kept.seconds, 1), "device": "cpu", "seeds": (args.seed,),
        "scenarios": (load_scenario(args.scenario).id,),
    }  # fmt: skip
    told = {"name": args.algorithm, "training": training, "facts": facts}
    found = validation(learnt.export(args.out / "last", told))
    if found.rank < tuple(kept.best):
        kept.best = list(found.rank)
        swap(args.out / "last", args.out / "best")
    kept.told = kept.iteration
    row = {"iteration": kept.iteration, "steps": kept.steps, "seconds": kept.seconds}
    row |= {"train_return": kept.train_return, "train_violating": kept.train_violating}
    log.tell(row | found.row(kept.best[1]) | learnt.row())


def made_of(facts: dict[str, Any], recipe: dict[str, Any]) -> dict[str, Any]:
    """Return all that must be the same for a run to go on."""
    return {**facts, **{key: one for key, one in recipe.items() if key != "steps"}}


def newest(out: Path) -> Path | None:
    """Return the newest checkpoint that was written to its end."""
    whole = [one.parent for one in (out / "checkpoint").glob(f"*/{PROGRESS}")]
    return max(whole, key=lambda one: int(one.name), default=None)


def _save(learnt: Learnt, out: Path, kept: Reached, whole: dict[str, Any]) -> None:
    """Write a checkpoint, the page of it last, and only then remove older ones."""
    target = out / "checkpoint" / f"{kept.iteration:08d}"
    if (target / PROGRESS).is_file():
        return
    shutil.rmtree(target, ignore_errors=True)
    learnt.algo.save_to_path(str(target.resolve()))
    learnt.keep(target)
    write_text(target / PROGRESS, json.dumps({"reached": asdict(kept), "made_of": whole}, sort_keys=True))
    for other in target.parent.iterdir():
        if other.name != target.name:
            shutil.rmtree(other)


def _reached(found: Path, whole: dict[str, Any]) -> Reached:
    page = json.loads((found / PROGRESS).read_text(encoding="utf-8"))
    was, now = page["made_of"], json.loads(json.dumps(whole))
    other = [f"{key} was {was.get(key)!r}, is {now[key]!r}" for key in now if was.get(key) != now[key]]
    if other:
        raise InvalidInput(str(found), [*other, "resume with what it was begun with, or train into another folder"])
    return Reached(**page["reached"])
