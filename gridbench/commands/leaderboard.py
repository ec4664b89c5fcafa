"""gridbench leaderboard."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gridbench.standings.files import stale, write_leaderboard

if TYPE_CHECKING:
    import argparse


def main(wanted: argparse.Namespace) -> int:
    """Write the tables and return 0; with --check return 1 where those there are not what the records give.

    With --against print how the table differs from that of another folder, and return 1 where a row is gone or misplaced.
    """
    if wanted.against is not None:
        return _changed(wanted)
    if not wanted.check:
        print("\n".join(str(path) for path in write_leaderboard(wanted.results, wanted.scenarios)))
        return 0
    old = stale(wanted.results, wanted.scenarios)
    if old:
        print(f"out of date in {wanted.results}: {', '.join(old)}; run `gridbench leaderboard {wanted.results}`", file=sys.stderr)
    return 1 if old else 0


def _changed(wanted: argparse.Namespace) -> int:
    from gridbench.submission.change import change  # noqa: PLC0415

    found = change(wanted.against, wanted.results, wanted.scenarios)
    print(found.markdown, end="")
    return 1 if found.faults else 0
