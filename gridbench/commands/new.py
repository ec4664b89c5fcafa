"""gridbench new."""

from __future__ import annotations

import dataclasses
import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from gridbench.scenario.skeleton import NewScenario


def main(wanted: argparse.Namespace) -> int:
    """Write a new scenario or policy, print what it holds and what comes next; return 0."""
    return _policy(wanted) if wanted.what == "policy" else _scenario(wanted)


def _policy(wanted: argparse.Namespace) -> int:
    from gridbench.submission.new_policy import new_policy  # noqa: PLC0415

    folder = new_policy(wanted.name, wanted.scenario, Path(wanted.into), format=wanted.format, authors=wanted.author)
    if wanted.json:
        files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        print(json.dumps({"folder": folder.as_posix(), "files": files}, indent=1))
        return 0
    path = shlex.quote(f"{folder.as_posix()}/")
    print(f"written   {path}: its README.md says what to edit, and the steps to the table\nnext      gridbench submit {path}")
    return 0


def _scenario(wanted: argparse.Namespace) -> int:
    from gridbench.scenario.skeleton import new_scenario  # noqa: PLC0415

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
