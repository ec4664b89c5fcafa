"""Outages: hours in which one unit after the other is cut off from its bus, told by no forecast."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gridbench.scenario.series.columns import CONNECTED
from gridbench.scenario.series.noise import stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.scenario.series.series import Series

FIRST_H, LAST_H = 7, 18
"""The hours of the day at which an outage may begin."""
SHORTEST_H, LONGEST_H = 3, 6


def with_outages(series: Series, units: Sequence[str], days: Sequence[int]) -> Series:
    """Return the series with a column `connected_<unit>` for each unit: 1, but 0 for some hours of each of `days`.

    One unit a day is out (N-1), in turn over the days; when it goes and for how long is drawn from the seed of the series.
    """
    columns = {f"{CONNECTED}{unit}": np.ones(series.n) for unit in units}
    per_h = 1.0 / series.step_h
    for turn, day in enumerate(days if units else ()):
        unit = units[turn % len(units)]
        rng = stream(series.seed, f"outage.{unit}.{day}")
        begin_h, hours = int(rng.integers(FIRST_H, LAST_H + 1)), int(rng.integers(SHORTEST_H, LONGEST_H + 1))
        first = round((24 * day + begin_h) * per_h)
        last = min(round((24 * day + begin_h + hours) * per_h), round(24 * (day + 1) * per_h))
        columns[f"{CONNECTED}{unit}"][first:last] = 0.0
    return replace(series, columns={**series.columns, **columns})
