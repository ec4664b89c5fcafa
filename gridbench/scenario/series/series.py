"""Series: the columns of numbers that a scenario runs through, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.series.columns import FORECAST, Floats, faults_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, eq=False)
class Series:
    """Columns of n steps of `step_h` (h) from `start` (ISO 8601 with its offset), each float64 of shape (n,) and read-only.

    PV, wind and load are per unit of a base that the scenario states, prices are currency/MWh, temperatures degC.
    `preset` and `seed` say what it was generated from; measured ones name their source instead, and seed 0.
    """

    name: str
    preset: str
    seed: int
    step_h: float
    start: str
    utc_offset_h: float
    columns: Mapping[str, Floats]

    def __post_init__(self) -> None:
        """Refuse columns that are not clean, and keep read-only copies of them in order of name."""
        faults = [fault for name, values in self.columns.items() for fault in faults_of(name, values)]
        faults += _unlike_faults(self.columns) + _time_faults(self.step_h, self.start, self.utc_offset_h)
        if faults:
            raise InvalidInput(f"series {self.name!r}", faults)
        kept = {name: self.columns[name].copy() for name in sorted(self.columns)}
        for values in kept.values():
            values.flags.writeable = False
        object.__setattr__(self, "columns", kept)

    @property
    def n(self) -> int:
        """Number of steps."""
        return next(iter(self.columns.values())).size

    def column(self, name: str) -> Floats:
        """One column, shape (n,)."""
        if name not in self.columns:
            raise UnknownName(f"column of series {self.name!r}", name, self.columns)
        return self.columns[name]

    def window(self, start: int, steps: int) -> dict[str, Floats]:
        """Every column over the steps [start, start + steps), as read-only views of shape (steps,)."""
        if start < 0 or steps < 1 or start + steps > self.n:
            fault = f"window [{start}, {start + steps}) does not lie in [0, {self.n}); move or shorten it"
            raise InvalidInput(f"series {self.name!r}", [fault])
        return {name: values[start : start + steps] for name, values in self.columns.items()}

    def __eq__(self, other: object) -> bool:
        """Whether both have the same description and the same values in every cell."""
        if not isinstance(other, Series):
            return NotImplemented
        same = _described(self) == _described(other) and self.columns.keys() == other.columns.keys()
        return same and all(np.array_equal(values, other.columns[name]) for name, values in self.columns.items())

    __hash__ = None  # type: ignore[assignment]


def _described(series: Series) -> tuple[object, ...]:
    return (series.name, series.preset, series.seed, series.step_h, series.start, series.utc_offset_h)


def _unlike_faults(columns: Mapping[str, Floats]) -> list[str]:
    if not columns:
        return ["no column at all; give at least one"]
    sizes = {name: values.size for name, values in columns.items()}
    n = max(sizes.values())
    faults = [
        f"column {name!r}: {size} steps where others have {n}; give all the same" for name, size in sizes.items() if size != n
    ]
    bare = [name.removeprefix(FORECAST) for name in columns if name.startswith(FORECAST)]
    return faults + [
        f"column {FORECAST + name!r}: there is no column {name!r}; add it or drop the forecast"
        for name in bare
        if name not in columns
    ]


def _time_faults(step_h: float, start: str, utc_offset_h: float) -> list[str]:
    faults = []
    if not 0.0 < step_h <= 24.0:
        faults.append(f"step_h is {step_h}; give hours in (0, 24]")
    try:
        offset = datetime.fromisoformat(start).utcoffset()
    except ValueError:
        return [*faults, f"start {start!r} is no ISO 8601 date and time; write it like 2023-01-01T00:00:00-08:00"]
    if offset is None or offset / timedelta(hours=1) != utc_offset_h:
        faults.append(f"start {start!r} must carry the offset utc_offset_h = {utc_offset_h} h; make them agree")
    return faults
