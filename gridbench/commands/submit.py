"""gridbench submit."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.bench.record import read_record
from gridbench.errors import InvalidInput
from gridbench.scenario.catalogue import scenario_path
from gridbench.standings.files import write_leaderboard
from gridbench.submission.standing import standing
from gridbench.submission.submit import Choices, submit

if TYPE_CHECKING:
    import argparse

    from gridbench.bench.record import Record

MOST_TOLD = 5
"""Failures of a policy that are told of a record."""


def main(wanted: argparse.Namespace) -> int:
    """Check, run, verify and file a bundle, make the tables again, and print the rows that it has won; return 0."""
    results = Path(wanted.results)
    choices = Choices(
        tuple(wanted.scenario), wanted.days, wanted.seeds, resume=wanted.resume, jobs=_jobs(wanted.jobs), quiet=False
    )
    folders = submit(wanted.bundle, results, choices)
    homes = [*(Path(home) for home in wanted.scenarios), *(scenario_path(one).parent for one in wanted.scenario)]
    write_leaderboard(results, homes)
    for folder in folders:
        print("\n".join([f"filed: {folder}", *_lost(read_record(folder))]), file=sys.stderr)
    if wanted.json:
        filed = [{"folder": folder.as_posix(), "record": read_record(folder).document()} for folder in folders]
        print(json.dumps(filed, indent=1))
    else:
        print(standing(results, folders, homes), end="")
    return 0


def _lost(record: Record) -> list[str]:
    """Return where the policy failed, in words: an author must see it."""
    failures = record.failures
    if not failures:
        return []
    told = [f"  - seed {one.seed}, day {one.day}, step {one.step}: {one.reason}" for one in failures[:MOST_TOLD]]
    more = [f"  - and {len(failures) - MOST_TOLD} more"] if len(failures) > MOST_TOLD else []
    return [f"{len(failures)} episode(s) lost, so the record has no rank:", *told, *more]


def _jobs(wanted: int | None) -> int:
    """Return how many processes play: one a core where none is said."""
    if wanted is not None and wanted < 1:
        raise InvalidInput("gridbench submit", [f"--jobs must be at least 1, not {wanted}"])
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return wanted or cores
