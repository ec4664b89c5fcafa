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


def fill(name: str, values: Floats, method: Method, day_steps: int, window: Window) -> tuple[Floats, int, list[str]]:
    """Return the column (n,) without NaN in the window, how many values of it were filled, and the runs that cannot be."""
    missing = np.isnan(values)
    filled, faults = values.copy(), []
    for begin, steps in (run for run in runs_of(missing) if window.meets(*run)):
        end = begin + steps
        if method == "linear" and begin > 0 and end < values.size:
            filled[begin:end] = np.interp(np.arange(begin, end), [begin - 1, end], [values[begin - 1], values[end]])
        elif method == "hold" and begin > 0:
            filled[begin:end] = values[begin - 1]
        elif method == "yesterday" and begin >= day_steps and steps <= day_steps:
            filled[begin:end] = filled[begin - day_steps : end - day_steps]
        else:
            place = "end" if end == values.size else "beginning"
            faults.append(
                f"{name}: {steps} values are missing at the {place}, where {WORDS[method]} is not known; cut these rows"
            )
    return filled, int(missing[window.begin : window.begin + window.steps].sum()), faults
