"""gridbench verify."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput
from gridbench.submission.changed import changed_records, stray_files
from gridbench.submission.verification import Verification, Wanted, verification
from gridbench.text import shown

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def main(wanted: argparse.Namespace) -> int:
    """Print that every record holds and return 0, or print every fault of each and return 1."""
    if wanted.days is not None and wanted.days < 1:
        raise InvalidInput("gridbench verify", [f"--days must be at least 1, not {wanted.days}"])
    what = Wanted(
        scenario=wanted.scenario,
        rerun=wanted.rerun,
        fresh=wanted.fresh,
        days=wanted.days,
        against=None if wanted.against is None else Path(wanted.against),
        mark=wanted.mark,
        quiet=False,
    )
    found = [verification(record, what) for record in _records(wanted)] + _stray(wanted)
    if wanted.json:
        told = [{"record": one.record, "verified": not one.faults, "faults": one.faults, "notes": one.notes} for one in found]
        print(json.dumps(told[0] if len(told) == 1 else told, indent=1))
    elif not found:
        print(f"no record differs from those in {wanted.since}")
    else:
        for one in found:
            _print(one)
    return 1 if any(one.faults for one in found) else 0


def _records(wanted: argparse.Namespace) -> Sequence[Path | str]:
    """Return the records to verify: those named, or those of the results named that differ from other results."""
    if wanted.since is None:
        named: list[str] = wanted.record
        return named
    return [folder for results in wanted.record for folder in changed_records(Path(wanted.since), Path(results))]


def _stray(wanted: argparse.Namespace) -> list[Verification]:
    """Return the results that hold files of no record, with these as faults."""
    if wanted.since is None:
        return []
    found = [Verification(results, stray_files(Path(wanted.since), Path(results))) for results in wanted.record]
    return [one for one in found if one.faults]


def _print(found: Verification) -> None:
    notes = [f"  {note}" for note in found.notes]
    if found.faults:
        lines = [f"{found.record}: {len(found.faults)} fault(s)", *(f"  - {fault}" for fault in found.faults), *notes]
        print(shown("\n".join(lines)), file=sys.stderr)
    else:
        print(shown("\n".join([f"{found.record}: replayed, every number holds", *notes])))
