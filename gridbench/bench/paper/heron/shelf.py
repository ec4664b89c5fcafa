"""The shelf: the records of a folder by kind, and the numbers that tables print of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench.paper.heron.record import Learnt, Point, Referred, Scaled, Timed, Trained, read
from gridbench.errors import InvalidInput
from gridbench.places import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gridbench.bench.paper.heron.record import Days

RECORDS = PACKAGE / "bench" / "paper" / "heron" / "records"
"""The records that come with the package."""
REACHED = 0.9
"""The share of what was gained from the first to the last point of a learning curve that counts as learnt."""


@dataclass(frozen=True)
class Shelf:
    """Records by name; trainings by name and seed, in order of the seeds."""

    references: dict[str, Referred] = field(default_factory=dict)
    trainings: dict[str, list[Trained]] = field(default_factory=dict)
    timings: dict[str, Timed] = field(default_factory=dict)
    scales: dict[str, Scaled] = field(default_factory=dict)
    learnt: dict[str, Learnt] = field(default_factory=dict)

    @property
    def bound_usd(self) -> float:
        """The mean certified bound of a test day. Raises InvalidInput where there is no reference."""
        return float(np.mean(self.reference.bound_usd))

    @property
    def reference(self) -> Referred:
        """Any reference: all hold the same intervals. Raises InvalidInput where there is none."""
        if not self.references:
            raise InvalidInput("paper heron", ["no record of a reference: make them with `gridbench paper heron --rerun`"])
        return next(iter(self.references.values()))


def shelf(folder: Path = RECORDS) -> Shelf:
    """Return the records of a folder. Raises InvalidInput for one that is damaged, and where records are of different grids."""
    found = Shelf()
    for path in sorted(folder.glob("*.json")):
        name = path.stem
        if name.startswith("reference-"):
            found.references[name.removeprefix("reference-")] = read(path, Referred)
        elif name.startswith("timing-"):
            found.timings[name.removeprefix("timing-")] = read(path, Timed)
        elif name.startswith("scale-"):
            found.scales[name.removeprefix("scale-")] = read(path, Scaled)
        elif name.startswith("learn-"):
            found.learnt[name.removeprefix("learn-")] = read(path, Learnt)
        else:
            found.trainings.setdefault(name.rpartition("-")[0], []).append(read(path, Trained))
    grids = {one.grid for one in found.references.values()} | {one.grid for many in found.trainings.values() for one in many}
    if len(grids) > 1:
        raise InvalidInput(str(folder), ["records are of different scenarios or days: delete the old ones, and rerun"])
    return found


def steps_to_learn(curve: Sequence[Point]) -> int | None:
    """Return the steps at which REACHED of the gain from the first to the last point was there, None where nothing was gained."""
    first, last = curve[0].cost_usd, curve[-1].cost_usd
    wanted = first - REACHED * (first - last)
    return next(one.steps for one in curve if one.cost_usd <= wanted) if last < first else None


def gap(days: Days, bound_usd: float) -> float:
    """Return how far the mean cost is above the mean bound, relative to it."""
    return float(np.mean(days.cost_usd)) / bound_usd - 1.0


def spread(numbers: Sequence[float], places: int) -> str:
    """Return the mean of numbers, one a seed, and their standard deviation where there are several."""
    mean = f"{np.mean(numbers):.{places}f}"
    return mean if len(numbers) < 2 else f"{mean} ± {np.std(numbers, ddof=1):.{places}f}"
