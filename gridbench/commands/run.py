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
    plan = make_plan(wanted.scenario, wanted.policy, wanted.split, wanted.days, wanted.seeds)
    days = {"split": wanted.split, "days": wanted.days, "seeds": wanted.seeds}
    outcome = run(plan.scenario, plan.policy, **days, out=wanted.out, resume=wanted.resume)
    print(f"record: {outcome.folder / 'record.json'}", file=sys.stderr)
    if not wanted.no_plot:
        print(f"picture: {plot_first_day(plan, outcome)}", file=sys.stderr)
    print(json.dumps(outcome.record.document(), indent=1) + "\n" if wanted.json else table(compared(plan, outcome)), end="")
    return 0
