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

    from gridbench.bench.first_look import FirstLook
    from gridbench.scenario.scenario import Scenario


def main(wanted: argparse.Namespace) -> int:
    """Print what a scenario holds and how a day of it goes, and return 0, or print every fault of it and return 1."""
    path = scenario_path(wanted.scenario)
    faults = check(path)
    if faults:
        if wanted.json:
            print(json.dumps({"faults": faults, "summary": None}, indent=1))
        else:
            print("\n".join([f"{path}: {len(faults)} fault(s)", *(f"  - {fault}" for fault in faults)]), file=sys.stderr)
        return 1
    scenario = load_scenario(path)
    held, look = summary(scenario), None if wanted.quick else _look(scenario)
    if wanted.json:
        found = {"faults": [], "summary": dataclasses.asdict(held)}
        seen = {} if look is None else {"idle_day": dataclasses.asdict(look.day), "notes": look.notes}
        print(json.dumps({**found, **seen}, indent=1))
    else:
        print("\n".join([*held.lines(), *([] if look is None else look.lines())]))
    return 0


def _look(scenario: Scenario) -> FirstLook:
    from gridbench.bench.first_look import first_look  # noqa: PLC0415 loads the simulator

    return first_look(scenario)
