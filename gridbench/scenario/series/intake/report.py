"""Report: what an intake read, dropped, filled and cut, and what came out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gridbench.scenario.series.columns import kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.scenario.series import Series


@dataclass(frozen=True)
class Statistics:
    """One column of the series, in its unit; `negative` is a share."""

    unit: str
    minimum: float
    mean: float
    maximum: float
    deviation: float
    negative: float
    filled: int


@dataclass(frozen=True)
class Report:
    """An intake in numbers; steps of `holes`, `filled` and `cut_*` are those of the source, `source_step_min` long."""

    file: str
    rows: int
    first: str
    last: str
    utc_offset_h: float
    source_step_min: float
    step_min: float
    days: int
    duplicates_dropped: int
    holes: tuple[tuple[str, int], ...]
    fill: str | None
    cut_before: int
    cut_after: int
    digest: str
    columns: Mapping[str, Statistics]
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = field(default=())

    def lines(self) -> list[str]:
        """Return the report as lines of text."""
        head = [
            f"read      {self.file}: {self.rows} rows, steps of {self.source_step_min:g} min",
            f"series    {self.days} days from {self.first} to {self.last}, steps of {self.step_min:g} min",
            f"cut       {self.cut_before} steps before the first midnight, {self.cut_after} after the last",
            f"dropped   {self.duplicates_dropped} rows that repeat others",
            f"gaps      {len(self.holes)} in the rows{self._gaps()}",
            f"digest    {self.digest}",
        ]
        table = [f"{'column':<28}{'unit':>13}{'min':>10}{'mean':>10}{'max':>10}{'sd':>10}{'below 0':>9}{'filled':>8}"]
        table += [
            f"{name:<28}{one.unit:>13}{one.minimum:>10.4g}{one.mean:>10.4g}{one.maximum:>10.4g}{one.deviation:>10.4g}"
            f"{100 * one.negative:>8.1f}%{one.filled:>8}"
            for name, one in self.columns.items()
        ]
        return [*head, *(f"note      {note}" for note in self.notes), *(f"doubtful  {doubt}" for doubt in self.doubts), *table]

    def treated(self) -> list[str]:
        """Return what was dropped and filled, nothing where nothing was."""
        dropped = [f"{self.duplicates_dropped} rows that repeat others dropped"] if self.duplicates_dropped else []
        return dropped + ([f"gaps{self._gaps()}"] if self._gaps() else [])

    def _gaps(self) -> str:
        filled = any(one.filled for one in self.columns.values())
        where = ", ".join(f"{steps} steps from {begin}" for begin, steps in self.holes[:4]) + (
            ", ..." if len(self.holes) > 4 else ""
        )
        return (f": {where}" if where else "") + (f"; missing values filled by {self.fill}" if filled else "")


def statistics(series: Series, filled: Mapping[str, int]) -> dict[str, Statistics]:
    """Return the statistics of each column of a series."""
    return {
        name: Statistics(
            unit=kind_of(name).unit,
            minimum=float(values.min()),
            mean=float(values.mean()),
            maximum=float(values.max()),
            deviation=float(values.std()),
            negative=float((values < 0).mean()),
            filled=filled.get(name, 0),
        )
        for name, values in series.columns.items()
    }
