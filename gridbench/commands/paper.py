"""gridbench paper."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from gridbench.bench.paper.oracle_table import chosen, document, findings, table

if TYPE_CHECKING:
    import argparse

GAP = 1e-3
"""The gap that solvers race to."""


def main(wanted: argparse.Namespace) -> int:
    """Print published results beside those computed now, the race of solvers, or the case study's tables.

    Returns 0, or 1 where a published result does not agree.
    """
    if wanted.what == "solvers":
        return _race(wanted)
    if wanted.what == "heron":
        return _heron(wanted)
    groups = chosen(wanted.only)
    lines = list(tqdm(findings(groups), desc="paper oracle", unit="item", file=sys.stderr))
    print(json.dumps(document(lines), indent=1) + "\n" if wanted.json else table(lines), end="")
    return 0 if all(line.agrees for line in lines) else 1


def _race(wanted: argparse.Namespace) -> int:
    """Print what the pipeline and general solvers find of the same days; return 0."""
    from gridbench.bench.paper import solver_instances, solver_race  # noqa: PLC0415 the oracle table needs none of it

    days = solver_instances.instances()
    laps, total = solver_race.laps(days, wanted.time_limit, GAP), len(days) * len(solver_race.SOLVERS)
    found = list(tqdm(laps, total=total, desc="paper solvers", unit="lap", file=sys.stderr))
    text = json.dumps(solver_race.document(found), indent=1) + "\n" if wanted.json else solver_race.table(found)
    print(text, end="")
    return 0


def _heron(wanted: argparse.Namespace) -> int:
    """Make the records that are missing, if asked to, and print the case study's tables from records; return 0."""
    from gridbench.bench.paper.heron import rerun, shelf, tables  # noqa: PLC0415 the oracle table needs none of it

    chosen_tables, records = rerun.tables_of(wanted.only), Path(wanted.records or shelf.RECORDS)
    if wanted.rerun:
        for name in rerun.rerun(rerun.jobs(chosen_tables, Path(wanted.results)), records):
            print(f"made {records / name}.json", file=sys.stderr)
    found = shelf.shelf(records)
    text = tables.text(found, chosen_tables)
    print(json.dumps(tables.document(found, chosen_tables), indent=1) + "\n" if wanted.json else text, end="")
    return 0
