"""A training of the plan: the trainer in a process of its own, then the test days of what it kept."""

from __future__ import annotations

import csv
import importlib.util
import io
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from gridbench.bench.files import read_text
from gridbench.bench.paper.heron.plan import SCENARIO, SPLIT, STEPS, Training
from gridbench.bench.paper.heron.played import play
from gridbench.bench.paper.heron.record import Grid, Point, Trained
from gridbench.envs.variant import Variant
from gridbench.errors import GridbenchError
from gridbench.places import data_folder
from gridbench.policies.network_file import network_digest, read_spec
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


VERSIONS = ("gridbench", "python", "numpy", "torch")


class TrainingError(GridbenchError):
    """A training did not end, or cannot begin."""


def train(folder: Path, training: Training, seed: int, scenario: str = SCENARIO, steps: int = STEPS) -> None:
    """Train into a folder, or go on where a training was interrupted. Raises TrainingError."""
    if importlib.util.find_spec("torch") is None:
        raise TrainingError("training needs torch: pip install gridbench[torch]")
    words = ["--env", *training.words] if training.words else []
    script = data_folder("baselines") / "fast" / "train.py"
    command = [
        sys.executable, str(script), "--scenario", scenario, "--algorithm", training.algorithm, "--seed", str(seed),
        "--steps", str(steps), "--out", str(folder), "--resume", *words, "--set", *training.changes,
    ]  # fmt: skip
    environment = os.environ | {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, stdout=sys.stderr, check=False)  # noqa: S603 - our own script, no shell
    if done.returncode:
        raise TrainingError(f"the training in {folder} ended with {done.returncode}; what it said is above")


def record_of(folder: Path, name: str, training: Training, seed: int, days: Sequence[int], scenario: str = SCENARIO) -> Trained:
    """Return the record of a training that stands in a folder, its best policy played on test days."""
    grid, own = load_scenario(scenario), Variant.read(training.words)
    levels = (own.observability,) if training.tested == ("system",) else training.tested
    curve, seconds = curve_of(folder)
    return Trained(
        name=name, seed=seed, words=training.words, algorithm=training.algorithm, changes=training.changes,
        grid=Grid(id=grid.id, digest=grid.digest, split=SPLIT, days=tuple(days)), steps=curve[-1].steps, seconds=seconds,
        versions=versions_of(folder / "best"), policy=network_digest(folder / "best"), curve=curve,
        tested={
            level: play(grid, folder / "best", own, Variant(own.agents, level, own.protocol), SPLIT, days) for level in levels
        },
    )  # fmt: skip


def curve_of(folder: Path) -> tuple[tuple[Point, ...], float]:
    """Return the learning curve of a training, and its seconds. Raises InvalidInput where there is none."""
    rows = list(csv.DictReader(io.StringIO(read_text(folder / "log.csv"))))
    points = tuple(Point(steps=int(one["steps"]), cost_usd=float(one["validation_usd"])) for one in rows)
    return points, float(rows[-1]["seconds"])


def versions_of(policy: Path) -> dict[str, str]:
    """Return the versions that a policy was trained with."""
    facts = read_spec(policy).facts
    return {name: str(facts[name]) for name in VERSIONS}
