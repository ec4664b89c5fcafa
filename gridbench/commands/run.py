"""gridbench run."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.bench.report import compared, plot_first_day
from gridbench.bench.runner import make_plan, run_all
from gridbench.bench.table import table
from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    import argparse

    from gridbench.bench.plan import Plan


def main(wanted: argparse.Namespace) -> int:
    """Run policies and print how each compares with the anchor and the oracle, or the records as JSON; return 0."""
    _check(wanted)
    named = {"split": wanted.split, "days": wanted.days, "seeds": wanted.seeds, "plant": wanted.plant.replace("-", "_")}
    plans = [make_plan(scenario, policy, **named) for scenario in wanted.scenario for policy in wanted.policy]
    places = [(plan, _place(plan, wanted, len(plans))) for plan in plans]
    outcomes = run_all(places, resume=wanted.resume, jobs=_jobs(wanted, plans), ray=wanted.ray)
    for plan, outcome in zip(plans, outcomes, strict=True):
        print(f"record: {outcome.folder / 'record.json'}", file=sys.stderr)
        if not wanted.no_plot:
            print(f"picture: {plot_first_day(plan, outcome)}", file=sys.stderr)
    if wanted.json:
        documents = [outcome.record.document() for outcome in outcomes]
        print(json.dumps(documents[0] if len(documents) == 1 else documents, indent=1))
        return 0
    for plan, outcome in zip(plans, outcomes, strict=True):
        title = f"{plan.scenario.id}, {plan.policy.name}\n" if len(plans) > 1 else ""
        print(f"{title}{table(compared(plan, outcome), plan.plant)}", end="")
    return 0


def _check(wanted: argparse.Namespace) -> None:
    faults = [] if wanted.jobs is None or wanted.jobs >= 1 else [f"--jobs must be at least 1, not {wanted.jobs}"]
    faults += ["choose --jobs or --ray"] if wanted.ray is not None and wanted.jobs is not None else []
    for option, names in (("--scenario", wanted.scenario), ("--policy", wanted.policy)):
        faults += [f"{option}: {name} stands twice" for name in sorted({one for one in names if names.count(one) > 1})]
    if faults:
        raise InvalidInput("gridbench run", faults)


def _place(plan: Plan, wanted: argparse.Namespace, runs: int) -> Path:
    """Return the folder of a run: that of --out, below which each of several runs has its own."""
    if wanted.out is None:
        return plan.folder
    return Path(wanted.out) if runs == 1 else Path(wanted.out) / plan.folder.relative_to("runs")


def _jobs(wanted: argparse.Namespace, plans: list[Plan]) -> int:
    """Return how many processes play: one a core, one in all where whole seeds are played side by side in little time."""
    if wanted.ray is not None:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return wanted.jobs or (1 if all(plan.policy.batched for plan in plans) else cores)
