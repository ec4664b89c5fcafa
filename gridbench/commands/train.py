"""gridbench train."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.errors import GridbenchError, InvalidInput, UnknownName
from gridbench.places import data_folder

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

FIXED = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
"""What training sets before its process starts, so that a seed gives the same weights again."""


class MissingLibraryError(GridbenchError):
    """A library that only training needs is not installed."""


@dataclass(frozen=True, slots=True)
class Trainer:
    """A training script: its folder below `baselines`, the policies it trains, and which options of the command it takes.

    `needs` are the libraries without which it cannot run, `extra` the one of gridbench's that brings them; `options` say under
    which name the script takes an option.
    """

    folder: str
    policies: tuple[str, ...]
    needs: tuple[str, ...]
    extra: str
    options: Mapping[str, str] = field(default_factory=dict)


SHARED = {"scenario": "--scenario", "seed": "--seed", "steps": "--steps", "out": "--out", "resume": "--resume"}
RLLIB = {**SHARED, "policy": "--algorithm", "workers": "--runners"}
PPO = ("mappo", "ippo", "mappo_lagrangian")
TRAINERS = {
    "fast": tuple(
        Trainer(folder, policies, ("torch",), "torch", {**SHARED, "policy": "--algorithm", "device": "--device"})
        for folder, policies in (("fast", PPO), ("dagger", ("bc", "dagger")))
    ),
    "rllib": tuple(
        Trainer(folder, policies, ("torch", "ray"), "rl", RLLIB)
        for folder, policies in (("mappo", (*PPO, "appo")), ("sac", ("sac",)))
    ),
}
"""The scripts of each trainer by its name; where none is named, the first that trains a policy does."""
WANDB = "GRIDBENCH_WANDB"
"""Where the trainers' journal reads the project of Weights & Biases."""


def main(wanted: argparse.Namespace) -> int:
    """Run a training script and return its exit code; raises UnknownName, InvalidInput, MissingLibraryError."""
    trainer = trainer_of(wanted.policy, wanted.trainer)
    needs = dict.fromkeys(trainer.needs, f"gridbench[{trainer.extra}]")
    needs |= {"ray": "gridbench[rl]"} if wanted.sweep else {}
    needs |= {"wandb": "wandb"} if wanted.wandb else {}
    missing = {name: source for name, source in needs.items() if importlib.util.find_spec(name) is None}
    if missing:
        sources = " ".join(dict.fromkeys(missing.values()))
        raise MissingLibraryError(f"training needs {' and '.join(missing)}: pip install {sources}")
    script = str(baselines_root() / trainer.folder / "train.py")
    command = [script, *_options(trainer, wanted), *wanted.rest]
    if wanted.sweep:
        command = [str(baselines_root() / "sweep" / "sweep.py"), wanted.sweep, *command]
    environment = os.environ | FIXED | ({WANDB: wanted.wandb} if wanted.wandb else {})
    return subprocess.run([sys.executable, *command], env=environment, check=False).returncode  # noqa: S603 - our own, no shell


def baselines_root() -> Path:
    """Return the folder of the baselines: inside an installed package, else beside it in a checkout."""
    return data_folder("baselines")


def trainer_of(policy: str, name: str | None = None) -> Trainer:
    """Return the script that trains a policy, of a trainer where one is named; raises UnknownName, InvalidInput."""
    known = sorted({one for scripts in TRAINERS.values() for script in scripts for one in script.policies})
    if policy not in known:
        raise UnknownName("policy that can be trained", policy, known)
    if name is not None and name not in TRAINERS:
        raise UnknownName("trainer", name, TRAINERS)
    able = {one: script for one, scripts in TRAINERS.items() for script in scripts if policy in script.policies}
    if name is not None and name not in able:
        raise InvalidInput("train", [f"--trainer {name} cannot train {policy}: give --trainer {' or '.join(able)}"])
    return able[name or next(iter(able))]


def _options(trainer: Trainer, wanted: argparse.Namespace) -> list[str]:
    """Return the options of a script; raises InvalidInput for those that were given and that it has none of."""
    out = wanted.out or str(Path("runs") / "train" / Path(wanted.scenario).name / f"{wanted.policy}-{wanted.seed}")
    given = {**{name: getattr(wanted, name) for name in ("scenario", "policy", "seed", "steps", "workers", "device")}, "out": out}
    faults = [
        f"--{name} means nothing to the {trainer.folder} trainer of {wanted.policy}: leave it out"
        for name in ("workers", "device")
        if given[name] is not None and name not in trainer.options
    ]
    if faults:
        raise InvalidInput("train", faults)
    listed = [[trainer.options[name], str(one)] for name, one in given.items() if one is not None and name in trainer.options]
    return [word for pair in listed for word in pair] + ([trainer.options["resume"]] if wanted.resume else [])
