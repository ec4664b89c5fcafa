"""Filling: short runs of missing values, by a method that the user states."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.scenario.series.intake.grid import runs_of

if TYPE_CHECKING:
    from gridbench.scenario.series.columns import Floats
    from gridbench.scenario.series.intake.days import Window
    from gridbench.scenario.series.intake.mapping import Method

WORDS = {
    "linear": "a straight line between the neighbours",
    "hold": "the value before",
    "yesterday": "the value 24 h before",
}


def fill(values: Floats, method: Method, day_steps: int, window: Window) -> tuple[Floats, int, list[tuple[int, int]]]:
    """Return a column (n,) without NaN in the window, how many values of it were filled, and the runs that cannot be."""
    missing = np.isnan(values)
    filled, left = values.copy(), []
    for begin, steps in (run for run in runs_of(missing) if window.meets(*run)):
        end = begin + steps
        before = slice(begin - day_steps, end - day_steps)
        if method == "linear" and begin > 0 and end < values.size:
            filled[begin:end] = np.interp(np.arange(begin, end), [begin - 1, end], [values[begin - 1], values[end]])
        elif method == "hold" and begin > 0:
            filled[begin:end] = values[begin - 1]
        elif method == "yesterday" and begin >= day_steps and not np.isnan(filled[before]).any():
            filled[begin:end] = filled[before]
        else:
            left.append((begin, steps))
    return filled, int(missing[window.begin : window.begin + window.steps].sum()), left
