"""gridbench check."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import TYPE_CHECKING

from gridbench.scenario.catalogue import load_scenario, scenario_path
from gridbench.scenario.check import check, summary

if TYPE_CHECKING:
    import argparse


def main(wanted: argparse.Namespace) -> int:
    """Print what a scenario holds and return 0, or print every fault of it and return 1."""
    path = scenario_path(wanted.scenario)
    faults = check(path)
    if wanted.json:
        found = None if faults else dataclasses.asdict(summary(load_scenario(path)))
        print(json.dumps({"faults": faults, "summary": found}, indent=1))
    elif faults:
        print("\n".join([f"{path}: {len(faults)} fault(s)", *(f"  - {fault}" for fault in faults)]), file=sys.stderr)
    else:
        print("\n".join(summary(load_scenario(path)).lines()))
    return 1 if faults else 0
