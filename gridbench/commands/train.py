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
TRAINERS = {
    "fast": Trainer(
        "fast", ("mappo", "ippo", "mappo_lagrangian"), ("torch",), "torch",
        {**SHARED, "policy": "--algorithm", "device": "--device"},
    ),
    "rllib": Trainer("mappo", ("mappo",), ("torch", "ray"), "rl", {**SHARED, "workers": "--runners"}),
}  # fmt: skip
"""The trainers by name."""


def main(wanted: argparse.Namespace) -> int:
    """Run a training script and return its exit code; raises UnknownName, InvalidInput, MissingLibraryError."""
    trainer = trainer_of(wanted.policy, wanted.trainer)
    missing = [name for name in trainer.needs if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingLibraryError(f"training needs {' and '.join(missing)}: pip install gridbench[{trainer.extra}]")
    script = baselines_root() / trainer.folder / "train.py"
    command = [sys.executable, str(script), *_options(trainer, wanted), *wanted.rest]
    return subprocess.run(command, env=os.environ | FIXED, check=False).returncode  # noqa: S603 - our own script, no shell


def baselines_root() -> Path:
    """Return the folder of the baselines: inside an installed package, else beside it in a checkout."""
    return data_folder("baselines")


def trainer_of(policy: str, name: str) -> Trainer:
    """Return the trainer of a name, which trains a policy; raises UnknownName, InvalidInput where it is another's."""
    known = sorted({one for trainer in TRAINERS.values() for one in trainer.policies})
    if policy not in known:
        raise UnknownName("policy that can be trained", policy, known)
    if name not in TRAINERS:
        raise UnknownName("trainer", name, TRAINERS)
    if policy not in TRAINERS[name].policies:
        able = " or ".join(other for other, trainer in TRAINERS.items() if policy in trainer.policies)
        raise InvalidInput("train", [f"--trainer {name} cannot train {policy}: give --trainer {able}"])
    return TRAINERS[name]


def _options(trainer: Trainer, wanted: argparse.Namespace) -> list[str]:
    """Return the options of a script; raises InvalidInput for those that were given and that it has none of."""
    out = wanted.out or str(Path("runs") / "train" / Path(wanted.scenario).name / f"{wanted.policy}-{wanted.seed}")
    given = {**{name: getattr(wanted, name) for name in ("scenario", "policy", "seed", "steps", "workers", "device")}, "out": out}
    faults = [
        f"--{name} means nothing to --trainer {wanted.trainer}: leave it out"
        for name in ("workers", "device")
        if given[name] is not None and name not in trainer.options
    ]
    if faults:
        raise InvalidInput("train", faults)
    listed = [[trainer.options[name], str(one)] for name, one in given.items() if one is not None and name in trainer.options]
    return [word for pair in listed for word in pair] + ([trainer.options["resume"]] if wanted.resume else [])
