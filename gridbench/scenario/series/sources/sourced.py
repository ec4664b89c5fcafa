"""Sourced: a series with where it comes from and what was done to it on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridbench.scenario.series.intake.report import Report
    from gridbench.scenario.series.series import Series
    from gridbench.scenario.series.sources.package_file import Origin


@dataclass(frozen=True)
class Sourced:
    """A series, the files that it is of, and the reports of their intake."""

    series: Series
    origins: tuple[Origin, ...]
    reports: tuple[Report, ...] = ()

    def notes(self) -> list[str]:
        """Return what was dropped, filled and set to zero, and what looks doubtful, as lines of text."""
        return [note for report in self.reports for note in (*report.treated(), *report.notes, *report.doubts)]
