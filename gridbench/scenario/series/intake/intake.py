"""Intake: a file and a mapping become a series and a report, or one refusal with all faults."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.series.columns import FORECAST, Floats, kind_of
from gridbench.scenario.series.frozen import content_digest
from gridbench.scenario.series.intake.cells import clipped, doubts, range_faults, read_cells
from gridbench.scenario.series.intake.days import DAY_S, Window, mean_over, step_faults, whole_days
from gridbench.scenario.series.intake.fill import WORDS, fill
from gridbench.scenario.series.intake.grid import Grid, gap_faults, local, to_grid
from gridbench.scenario.series.intake.report import Report, statistics
from gridbench.scenario.series.intake.stamps import Stamps, read_stamps
from gridbench.scenario.series.intake.table import Table, read_table
from gridbench.scenario.series.intake.units import conversion
from gridbench.scenario.series.persistence import needs_forecast, with_persistence
from gridbench.scenario.series.series import Series

if TYPE_CHECKING:
    from pathlib import Path

    from gridbench.scenario.series.intake.mapping import Mapping

PRESET = "imported"
"""What stands where a generated series names its preset; its seed is 0."""


@dataclass
class _Found:
    """What is known of a file on the way to a series."""

    faults: list[str]
    notes: list[str]
    doubts: list[str]
    filled: dict[str, int]


def take_in(path: Path, mapping: Mapping, name: str) -> tuple[Series, Report]:
    """Return the series that a mapping makes of a CSV or parquet file, and a report. Raises InvalidInput with all faults."""
    table = read_table(path, mapping.treatment.delimiter, mapping.treatment.decimal)
    return from_table(table, str(path), mapping, name)


def from_table(table: Table, where: str, mapping: Mapping, name: str, preset: str = PRESET) -> tuple[Series, Report]:
    """Return the series that a mapping makes of a table which stands at `where`, and a report. Raises InvalidInput."""
    found = _Found([], list(table.notes), [], {})
    stamps = _stamps(table, mapping, found)
    columns = _columns(table, mapping, stamps, found)
    grid = None
    if stamps is not None and not stamps.faults and columns:
        grid = to_grid(stamps, table.rows, columns, mapping.treatment, found.faults)
    if grid is not None and mapping.time.stamps == "end":
        grid = replace(grid, start_s=grid.start_s - grid.step_s, holes=tuple((at - grid.step_s, n) for at, n in grid.holes))
    settled = _settled(grid, stamps, mapping, found) if grid and stamps else None
    if found.faults or settled is None or grid is None or stamps is None:
        raise InvalidInput(where, list(dict.fromkeys(found.faults)))
    window, values = settled
    step_h = mapping.treatment.step_min / 60.0
    start_s = grid.start_s + window.begin * grid.step_s
    start = local(start_s, stamps.offset_h)
    series = Series(name, preset, 0, step_h, f"{start[:16]}:00{start[16:]}", stamps.offset_h, _rounded(values))
    report = Report(
        file=where,
        rows=len(table.rows),
        first=start,
        last=local(start_s + window.steps * grid.step_s, stamps.offset_h),
        utc_offset_h=stamps.offset_h,
        source_step_min=grid.step_s / 60,
        step_min=mapping.treatment.step_min,
        days=window.steps * grid.step_s // DAY_S,
        duplicates_dropped=grid.duplicates,
        holes=tuple((local(seconds, stamps.offset_h), steps) for seconds, steps in grid.holes),
        fill=WORDS[mapping.treatment.fill] if mapping.treatment.fill_gaps else None,
        cut_before=window.before,
        cut_after=window.after,
        digest=content_digest(series),
        columns=statistics(series, found.filled),
        notes=tuple(found.notes),
        doubts=tuple(found.doubts),
    )
    return series, report


def _stamps(table: Table, mapping: Mapping, found: _Found) -> Stamps | None:
    if mapping.time.column not in table.columns:
        found.faults.append(f"time: {UnknownName('column', mapping.time.column, table.columns)}")
        return None
    stamps = read_stamps(table.columns[mapping.time.column], table.rows, mapping.time)
    found.faults += stamps.faults
    found.notes += stamps.notes
    return stamps


def _columns(table: Table, mapping: Mapping, stamps: Stamps | None, found: _Found) -> dict[str, Floats]:
    """The mapped columns in our units, a row of the table each; energy a step still wants its hours."""
    step_h = _likely_step_h(stamps)
    columns: dict[str, Floats] = {}
    for target, rule in mapping.columns.items():
        convert, faults = conversion(target, rule.unit, rule.rating, rule.exchange)
        if rule.source not in table.columns:
            faults.append(f"{target}: {UnknownName('column', rule.source, table.columns)}")
        bare = target.removeprefix(FORECAST)
        if bare != target and bare not in mapping.columns:
            faults.append(f"{target}: {bare} is not mapped; map it too")
        found.faults += faults
        if faults:
            continue
        cells = read_cells(target, table.columns[rule.source], table.rows, table.decimal)
        found.faults += cells.faults
        values = cells.values * convert.factor / (step_h if convert.per_step else 1.0) + convert.offset
        values, small = clipped(target, values, mapping.treatment.clip_pu)
        told = f"{target}: {small} values below zero, within {mapping.treatment.clip_pu:g} pu, set to 0"
        found.notes += [told] if small else []
        found.faults += range_faults(target, values, table.rows)
        columns[target] = values
    return columns


def _likely_step_h(stamps: Stamps | None) -> float:
    """The commonest step between stamps in order of time (h), one hour where there is none."""
    gaps = np.diff(np.unique(stamps.seconds)) if stamps is not None else np.array([], dtype=np.int64)
    if not gaps.size:
        return 1.0
    lengths, counts = np.unique(gaps, return_counts=True)
    return float(lengths[counts.argmax()]) / 3600.0


def _settled(grid: Grid, stamps: Stamps, mapping: Mapping, found: _Found) -> tuple[Window, dict[str, Floats]] | None:
    """Whole days without gaps in the step wanted, forecasts included; nothing where faults stand against it."""
    treatment = mapping.treatment
    size = next(iter(grid.columns.values())).size
    window, faults = whole_days(grid.start_s, grid.step_s, size, stamps.offset_h)
    found.faults += faults + step_faults(grid.step_s, treatment.step_min)
    found.faults += gap_faults(grid, window, stamps.offset_h, treatment.fill_gaps) if window else []
    if window is None or found.faults:
        return None
    columns: dict[str, Floats] = {}
    for name, values in grid.columns.items():
        filled, found.filled[name], left = fill(values, treatment.fill, DAY_S // grid.step_s, window)
        for begin, steps in left:
            where = f"{steps} values from {local(grid.start_s + begin * grid.step_s, stamps.offset_h)}"
            found.faults.append(f"{name}: {where} are missing, where {WORDS[treatment.fill]} is not known; cut these rows")
        columns[name] = filled[window.begin : window.begin + window.steps]
    if found.faults:
        return None
    for name, values in columns.items():
        found.doubts += doubts(name, values, DAY_S // grid.step_s)
    wanted_s = round(treatment.step_min * 60)
    columns = {name: mean_over(values, grid.step_s, wanted_s) for name, values in columns.items()}
    return window, _forecast(columns, treatment.forecast, DAY_S // wanted_s, found)


def _forecast(columns: dict[str, Floats], method: str | None, day_steps: int, found: _Found) -> dict[str, Floats]:
    """The columns with the forecasts asked for, and a note of what is missing or not to be used."""
    bare = [name for name in columns if needs_forecast(name) and FORECAST + name not in columns]
    if method is None:
        told = f"no forecast of {', '.join(bare)}: devices that follow them need one; map it, or ask for --forecast"
        found.notes += [told] if bare else []
        return columns
    if bare:
        found.notes.append(
            f"forecast of {', '.join(bare)}: the same time of the day before; day 0 has none, leave it out of every split"
        )
    return with_persistence(columns, day_steps)


def _rounded(columns: dict[str, Floats]) -> dict[str, Floats]:
    """Columns at the stored resolution, so that a saved series loads equal."""
    return {name: np.rint(values * kind_of(name).scale) / kind_of(name).scale for name, values in columns.items()}
