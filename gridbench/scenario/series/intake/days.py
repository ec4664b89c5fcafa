"""Days: whole days from midnight of standard time, and means over longer steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gridbench.scenario.series.columns import Floats

DAY_S = 86_400


@dataclass(frozen=True)
class Window:
    """The whole days inside a grid: first step, number of steps, and the steps cut before and after."""

    begin: int
    steps: int
    before: int
    after: int

    def meets(self, begin: int, steps: int) -> bool:
        """Whether any of the steps [begin, begin + steps) lies in it."""
        return begin < self.begin + self.steps and begin + steps > self.begin


def whole_days(start_s: int, step_s: int, n: int, offset_h: float) -> tuple[Window | None, list[str]]:
    """Return the longest run of whole days of local standard time, and why there is none."""
    if DAY_S % step_s:
        return None, [f"time: steps of {step_s / 60:g} min do not divide the day; resample the file first"]
    late = (start_s + round(offset_h * 3600)) % DAY_S
    if late % step_s:
        return None, [
            f"time: steps of {step_s / 60:g} min do not begin at midnight of UTC{offset_h:+g} h; check the zone and the stamps"
        ]
    begin = (DAY_S - late) % DAY_S // step_s
    day = DAY_S // step_s
    days = (n - begin) // day
    if days < 1:
        return None, ["time: no whole day from midnight of standard time; give more rows"]
    return Window(begin, days * day, begin, n - begin - days * day), []


def mean_over(values: Floats, step_s: int, wanted_s: int) -> Floats:
    """Means of a column (n,) over longer steps; shape (n * step_s / wanted_s,)."""
    return np.asarray(values.reshape(-1, wanted_s // step_s).mean(axis=1), dtype=np.float64)


def step_faults(step_s: int, wanted_min: float) -> list[str]:
    """Why steps of `step_s` cannot become steps of `wanted_min` (min)."""
    wanted_s = round(wanted_min * 60)
    if wanted_s <= 0 or abs(wanted_s - wanted_min * 60) > 1e-9 or DAY_S % wanted_s:
        return [f"steps of {wanted_min:g} min do not divide the day; choose others"]
    if wanted_s % step_s:
        own = f"{step_s / 60:g}"
        return [f"the file has steps of {own} min, which do not make up {wanted_min:g} min; choose --step {own} or a multiple"]
    return []
