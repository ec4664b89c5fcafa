"""gridbench report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.report.page import write_report

if TYPE_CHECKING:
    import argparse


def main(wanted: argparse.Namespace) -> int:
    """Write the page of a run, print its path and return 0."""
    print(write_report(wanted.record, wanted.out, days=wanted.days, scenario=wanted.scenario, quiet=False))
    return 0
