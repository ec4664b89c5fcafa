"""gridbench verify."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.submission.verification import Verification, Wanted, verification
from gridbench.text import shown

if TYPE_CHECKING:
    import argparse


def main(wanted: argparse.Namespace) -> int:
    """Print that every record holds and return 0, or print every fault of each and return 1."""
    what = Wanted(
        scenario=wanted.scenario,
        rerun=wanted.rerun,
        fresh=wanted.fresh,
        days=wanted.days,
        against=None if wanted.against is None else Path(wanted.against),
        mark=wanted.mark,
        quiet=False,
    )
    found = [verification(record, what) for record in wanted.record]
    if wanted.json:
        told = [{"record": one.record, "verified": not one.faults, "faults": one.faults, "notes": one.notes} for one in found]
        print(json.dumps(told if len(told) > 1 else told[0], indent=1))
    else:
        for one in found:
            _print(one)
    return 1 if any(one.faults for one in found) else 0


def _print(found: Verification) -> None:
    notes = [f"  {note}" for note in found.notes]
    if found.faults:
        lines = [f"{found.record}: {len(found.faults)} fault(s)", *(f"  - {fault}" for fault in found.faults), *notes]
        print(shown("\n".join(lines)), file=sys.stderr)
    else:
        print(shown("\n".join([f"{found.record}: replayed, every number holds", *notes])))
