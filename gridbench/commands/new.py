"""gridbench new."""

from __future__ import annotations

import dataclasses
import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.scenario.skeleton import new_scenario

if TYPE_CHECKING:
    import argparse

    from gridbench.scenario.skeleton import NewScenario


def main(wanted: argparse.Namespace) -> int:
    """Write a new scenario, print what it holds and what comes next; return 0."""
    found = new_scenario(
        wanted.name,
        Path(wanted.into),
        network=wanted.network,
        pandapower=None if wanted.pandapower is None else Path(wanted.pandapower),
        step_h=wanted.step_h,
        seed=wanted.seed,
        agents=wanted.agents,
        progress=_progress,
    )
    if wanted.json:
        held = dataclasses.asdict(found.summary)
        print(json.dumps({"folder": found.folder.as_posix(), "summary": held, "notes": found.notes}, indent=1))
    else:
        print("\n".join(_lines(found)))
    return 0


def _progress(year: str, done: int, total: int) -> None:
    print(f"series {done} of {total}: {year}", file=sys.stderr)


def _lines(found: NewScenario) -> list[str]:
    folder = found.folder.as_posix()
    path = shlex.quote(folder if "/" in folder else f"{folder}/")
    return [
        *found.summary.lines(),
        *(f"note      {note}" for note in found.notes),
        f"written   {path}: edit scenario.toml, fill in CARD.md",
        f"next      gridbench check {path}",
    ]
