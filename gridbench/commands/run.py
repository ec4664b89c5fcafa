"""gridbench run."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from gridbench.bench.report import compared, plot_first_day
from gridbench.bench.runner import make_plan, run
from gridbench.bench.table import table

if TYPE_CHECKING:
    import argparse


def main(wanted: argparse.Namespace) -> int:
    """Run a policy and print how it compares with the anchor and the oracle, or its record as JSON; return 0."""
    named = {"split": wanted.split, "days": wanted.days, "seeds": wanted.seeds, "plant": wanted.plant.replace("-", "_")}
    plan = make_plan(wanted.scenario, wanted.policy, **named)
    outcome = run(plan.scenario, plan.policy, **named, out=wanted.out, resume=wanted.resume)
    print(f"record: {outcome.folder / 'record.json'}", file=sys.stderr)
    if not wanted.no_plot:
        print(f"picture: {plot_first_day(plan, outcome)}", file=sys.stderr)
    if wanted.json:
        print(json.dumps(outcome.record.document(), indent=1))
    else:
        print(table(compared(plan, outcome), plan.plant), end="")
    return 0
