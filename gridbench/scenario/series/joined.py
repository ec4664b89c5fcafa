"""Joining: the columns of two series over the days that both have."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from gridbench.scenario.series.columns import Floats
    from gridbench.scenario.series.series import Series


def joined(first: Series, second: Series) -> Series:
    """Return a series named as the first with the columns of both over their common days.

    Raises InvalidInput where they have columns in common, other steps or offsets, or no day in common.
    """
    faults = [f"column {name!r} stands in both; drop or rename one" for name in first.columns if name in second.columns]
    if first.step_h != second.step_h:
        faults.append(f"steps are of {first.step_h:g} h and of {second.step_h:g} h; import both with the same --step")
    if first.utc_offset_h != second.utc_offset_h:
        faults.append(f"offsets are {first.utc_offset_h:+g} h and {second.utc_offset_h:+g} h; import both with the same --zone")
    starts = [datetime.fromisoformat(one.start) for one in (first, second)]
    ends = [start + timedelta(hours=one.n * one.step_h) for start, one in zip(starts, (first, second), strict=True)]
    start, end = max(starts), min(ends)
    if end - start < timedelta(days=1):
        faults.append(f"the periods from {first.start} and from {second.start} have no day in common; give overlapping ones")
    if faults:
        raise InvalidInput(f"joining {first.name!r} and {second.name!r}", faults)
    steps = round((end - start) / timedelta(hours=first.step_h))
    columns: dict[str, Floats] = {}
    for one, begin in zip((first, second), starts, strict=True):
        columns |= one.window(round((start - begin) / timedelta(hours=one.step_h)), steps)
    return replace(first, start=start.isoformat(), columns=columns)
