"""Cells: the texts of a column as numbers in our unit, and which of them are none, or none that can be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gridbench.scenario.series.columns import kind_of
from gridbench.scenario.series.intake.rows import rows_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.scenario.series.columns import Floats

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
MISSING = frozenset({"", "-", "na", "n/a", "nan", "nat", "none", "null", "#n/a"})


@dataclass(frozen=True)
class Cells:
    """Numbers of one column (n,), NaN where there is none, and the faults of texts that are no numbers."""

    values: Floats
    faults: list[str]


def read_cells(name: str, texts: Sequence[str], rows: Sequence[int], decimal: str) -> Cells:
    """Return the numbers of a column; empty cells and words for nothing are NaN, other texts are faults."""
    values = np.full(len(texts), np.nan)
    bad: list[int] = []
    for place, text in enumerate(texts):
        plain = text.replace(",", ".") if decimal == "," and "." not in text else text
        if NUMBER.fullmatch(plain):
            values[place] = float(plain)
        elif text.lower() not in MISSING:
            bad.append(place)
    infinite = np.isinf(values)
    bad = sorted({*bad, *np.flatnonzero(infinite).tolist()})
    values[infinite] = np.nan
    if not bad:
        return Cells(values, [])
    text = texts[bad[0]]
    mend = "drop thousands separators, or state --decimal" if "," in text else "correct or empty them"
    return Cells(values, [f"{name}: {rows_text(rows[place] for place in bad)}: {text!r} is no number; {mend}"])


def clipped(name: str, values: Floats, clip_pu: float) -> tuple[Floats, int]:
    """The values with those in [-clip_pu, 0) at zero, for columns that know no negative numbers, and how many these were."""
    if kind_of(name).low != 0.0:
        return values, 0
    small = (values < 0.0) & (values >= -clip_pu)
    return np.where(small, 0.0, values), int(small.sum())


def range_faults(name: str, values: Floats, rows: Sequence[int]) -> list[str]:
    """What lies outside the range of the column's kind, with a guess at the unit that was mistaken."""
    kind = kind_of(name)
    faults = []
    for bad, mend in ((values < kind.low, _below(name)), (values > kind.high, _above(name, values))):
        places = np.flatnonzero(bad)
        if places.size:
            worst = values[places[np.abs(values[places]).argmax()]]
            where = rows_text(rows[place] for place in places.tolist())
            faults.append(f"{name}: {where}: {worst:g} is outside [{kind.low:g}, {kind.high:g}] {kind.unit}; {mend}")
    return faults


def _below(name: str) -> str:
    return "correct the sign, or allow --clip for noise around zero" if kind_of(name).low == 0.0 else "correct them"


def _above(name: str, values: Floats) -> str:
    if kind_of(name).unit != "pu":
        return "check the unit"
    highest = float(np.nanmax(values))
    return "0 to 100 looks like percent: state the unit %" if 5.0 < highest <= 100.0 else "check unit and rating"


def doubts(name: str, values: Floats, steps_per_day: int) -> list[str]:
    """What is allowed but looks wrong: power in a unit too large, a price in one too small, values that stand still for a day."""
    found = []
    kind = kind_of(name)
    highest = float(np.abs(values).max())
    if kind.unit == "pu" and highest < 0.01:
        found.append(f"{name}: the highest value is {highest:g} pu; check unit and rating")
    if kind.unit == "currency/MWh" and 0.0 < highest < 2.0:
        found.append(f"{name}: the highest price is {highest:g} per MWh; is it per kWh?")
    still = _longest_run(values)
    if still[1] != 0.0 and still[0] >= steps_per_day:
        found.append(f"{name}: stays at {still[1]:g} for {still[0]} steps; is the meter stuck?")
    return found


def _longest_run(values: Floats) -> tuple[int, float]:
    """Length and value of the longest run of one value other than zero."""
    starts = np.flatnonzero(np.concatenate([[True], np.diff(values) != 0.0]))
    lengths: npt.NDArray[np.int64] = np.diff(np.concatenate([starts, [values.size]]))
    lengths = np.where(values[starts] == 0.0, 0, lengths)
    best = int(lengths.argmax())
    return int(lengths[best]), float(values[starts[best]])
