"""gridbench leaderboard."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gridbench.standings.files import stale, write_leaderboard

if TYPE_CHECKING:
    import argparse


def main(wanted: argparse.Namespace) -> int:
    """Write the tables and return 0; with --check return 1 where those there are not what the records give."""
    if not wanted.check:
        print("\n".join(str(path) for path in write_leaderboard(wanted.results, wanted.scenarios)))
        return 0
    old = stale(wanted.results, wanted.scenarios)
    if old:
        print(f"out of date in {wanted.results}: {', '.join(old)}; run `gridbench leaderboard {wanted.results}`", file=sys.stderr)
    return 1 if old else 0
