"""gridbench train."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from gridbench.errors import GridbenchError, UnknownName
from gridbench.places import data_folder

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

NEEDED = ("torch", "ray")
FIXED = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
"""What training sets before its process starts, so that a seed gives the same weights again."""


class MissingLibraryError(GridbenchError):
    """A library that only training needs is not installed."""


def main(wanted: argparse.Namespace) -> int:
    """Run the training script of a baseline and return its exit code; raises UnknownName, MissingLibraryError."""
    script = baseline(wanted.algorithm)
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingLibraryError(f"training needs {' and '.join(missing)}: pip install gridbench[rl]")
    command = [sys.executable, str(script), "--scenario", wanted.scenario, *wanted.rest]
    return subprocess.run(command, env=os.environ | FIXED, check=False).returncode  # noqa: S603 - our own script, no shell


def baselines_root() -> Path:
    """Return the folder of the baselines: inside an installed package, else beside it in a checkout."""
    return data_folder("baselines")


def baselines() -> list[str]:
    """Return the names of the baselines that can be trained, sorted."""
    return sorted(path.parent.name for path in baselines_root().glob("*/train.py"))


def baseline(name: str) -> Path:
    """Return the training script of a baseline; raises UnknownName."""
    if name not in baselines():
        raise UnknownName("baseline", name, baselines())
    return baselines_root() / name / "train.py"
