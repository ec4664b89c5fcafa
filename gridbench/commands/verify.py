"""gridbench verify."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from gridbench.bench.verify import verify

if TYPE_CHECKING:
    import argparse


def main(wanted: argparse.Namespace) -> int:
    """Print that a record holds and return 0, or print every fault of it and return 1."""
    faults = verify(wanted.record, scenario=wanted.scenario, quiet=False)
    if wanted.json:
        print(json.dumps({"record": wanted.record, "verified": not faults, "faults": faults}, indent=1))
    elif faults:
        print("\n".join([f"{wanted.record}: {len(faults)} fault(s)", *(f"  - {fault}" for fault in faults)]), file=sys.stderr)
    else:
        print(f"{wanted.record}: replayed, every number holds")
    return 1 if faults else 0
