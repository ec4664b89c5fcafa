"""Facts that weights depend on, beside the recipe: what every trainer tells, to which each adds its own."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import numpy as np
import torch

from gridbench import __version__

if TYPE_CHECKING:
    import argparse

    from gridbench.scenario.scenario import Scenario


def facts_of(trainer: str, args: argparse.Namespace, scenario: Scenario, **own: str | int) -> dict[str, str | int]:
    """Return who trained what from which seed, under which versions, and what a trainer adds of its own."""
    versions = {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()}
    told = {"trainer": trainer, "algorithm": args.algorithm, "seed": args.seed, "scenario_digest": scenario.digest}
    return {**told, "gridbench": __version__, **versions, **own}
