"""Grid: rows put on equal steps: order, duplicates, the step itself, and the steps that are missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gridbench.scenario.series.intake.rows import rows_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.scenario.series.columns import Floats
    from gridbench.scenario.series.intake.days import Window
    from gridbench.scenario.series.intake.mapping import Treatment
    from gridbench.scenario.series.intake.stamps import Stamps

SHOWN = 4


@dataclass(frozen=True)
class Grid:
    """Columns on equal steps of `step_s` seconds from `start_s` (UTC), each (n,) with NaN where a value is missing."""

    start_s: int
    step_s: int
    columns: Mapping[str, Floats]
    holes: tuple[tuple[int, int], ...]
    duplicates: int


def to_grid(
    stamps: Stamps, rows: Sequence[int], columns: Mapping[str, Floats], treatment: Treatment, faults: list[str]
) -> Grid | None:
    """Return the columns on equal steps; what forbids it goes to `faults`. `holes` are (seconds, steps) without a row."""
    numbers = np.asarray(rows)[stamps.places]
    order = np.argsort(stamps.seconds, kind="stable")
    backward = np.flatnonzero(np.diff(stamps.seconds) < 0) + 1
    if backward.size and not treatment.sort:
        faults.append(
            f"time: {rows_text(numbers[backward])}: back in time from the row before; correct the stamps, or allow --sort"
        )
    seconds, numbers = stamps.seconds[order], numbers[order]
    values = {name: column[stamps.places][order] for name, column in columns.items()}
    keep, duplicates = _once(seconds, numbers, values, treatment, faults)
    seconds, numbers = seconds[keep], numbers[keep]
    if seconds.size < 2:
        faults.append("time: fewer than two different stamps; give a day at least")
        return None
    gaps = np.diff(seconds)
    lengths, counts = np.unique(gaps, return_counts=True)
    step = int(lengths[counts.argmax()])
    phases, phase_counts = np.unique(seconds % step, return_counts=True)
    odd = seconds % step != phases[phase_counts.argmax()]
    if odd.any():
        where = rows_text(np.sort(numbers[odd]))
        faults.append(f"time: {where}: not on steps of {step / 60:g} min; correct the stamps, or cut the rows")
        return None
    if (seconds[-1] - seconds[0]) // step > 40 * seconds.size:
        faults.append("time: nearly all steps are missing; check the years of the stamps")
        return None
    at = (seconds - seconds[0]) // step
    gridded = {}
    for name, column in values.items():
        gridded[name] = np.full(int(at[-1]) + 1, np.nan)
        gridded[name][at] = column[keep]
    holes = tuple((int(seconds[i]) + step, int(gaps[i]) // step - 1) for i in np.flatnonzero(gaps > step))
    return Grid(int(seconds[0]), step, gridded, holes, duplicates)


def _once(
    seconds: npt.NDArray[np.int64],
    numbers: npt.NDArray[np.int64],
    values: Mapping[str, Floats],
    treatment: Treatment,
    faults: list[str],
) -> tuple[npt.NDArray[np.bool_], int]:
    """Which rows to keep of those with one stamp: the first."""
    keep = np.concatenate([[True], np.diff(seconds) > 0])[: seconds.size]
    first = np.maximum.accumulate(np.where(keep, np.arange(seconds.size), 0))
    unequal = np.zeros(seconds.size, dtype=bool)
    for column in values.values():
        unequal |= ~((column == column[first]) | (np.isnan(column) & np.isnan(column[first])))
    if unequal.any():
        told = np.sort(numbers[unequal | np.isin(first, first[unequal])])
        faults.append(f"time: {rows_text(told)}: the stamps of other rows with other values; decide which are right")
    equal = ~keep & ~unequal
    if equal.any() and not treatment.drop_duplicates:
        faults.append(f"time: {rows_text(np.sort(numbers[equal]))}: the same as other rows; cut them, or allow --drop-duplicates")
    return keep, int(equal.sum())


def gap_faults(grid: Grid, window: Window, offset_h: float, fill_gaps: int) -> list[str]:
    """The holes and missing values within a window that are longer than may be filled, by beginning and length."""
    holes = [((seconds - grid.start_s) // grid.step_s, steps) for seconds, steps in grid.holes]
    faults = []
    long = [hole for hole in holes if hole[1] > fill_gaps and window.meets(*hole)]
    if long:
        faults.append(f"time: no rows for {_runs_text(long, grid, offset_h)}; {_mend(fill_gaps)}")
    inside = np.zeros(next(iter(grid.columns.values())).size, dtype=bool)
    for begin, steps in holes:
        inside[begin : begin + steps] = True
    for name, values in grid.columns.items():
        runs = [run for run in runs_of(np.isnan(values)) if run[1] > fill_gaps and window.meets(*run)]
        runs = [(begin, steps) for begin, steps in runs if not inside[begin : begin + steps].all()]
        if runs:
            faults.append(f"{name}: no values for {_runs_text(runs, grid, offset_h)}; {_mend(fill_gaps)}")
    return faults


def runs_of(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Beginning and length of each run of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(begin), int(end - begin)) for begin, end in edges.reshape(-1, 2)]


def local(seconds: int, offset_h: float) -> str:
    """Seconds in UTC as ISO 8601 in the stated offset."""
    zone = timezone(timedelta(hours=offset_h)) if offset_h else UTC
    return datetime.fromtimestamp(seconds, zone).isoformat(timespec="minutes")


def _runs_text(runs: Sequence[tuple[int, int]], grid: Grid, offset_h: float) -> str:
    begins = [local(grid.start_s + begin * grid.step_s, offset_h) for begin, _ in runs[:SHOWN]]
    lengths = [f"{steps} steps of {grid.step_s / 60:g} min" for _, steps in runs[:SHOWN]]
    shown = ", ".join(f"{length} from {begin}" for length, begin in zip(lengths, begins, strict=True))
    return shown + (f", ... ({len(runs)} gaps in all)" if len(runs) > SHOWN else "")


def _mend(fill_gaps: int) -> str:
    allowed = f"--fill-gaps allows {fill_gaps}" if fill_gaps else "none may be filled"
    return f"{allowed}; cut the file to whole periods, or allow --fill-gaps N"
