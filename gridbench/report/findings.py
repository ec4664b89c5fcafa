"""What the replays of a run tell: money against the oracle by place and hour, violations, clipped actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.bench.progress import progress
from gridbench.report.breaches import Breach, breaches
from gridbench.report.ledger import Ledger, Replay, by_hour, mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.report.case import Case

Floats = NDArray[np.float64]
MOST_DAYS = 3
"""So many days are drawn unless others are asked for: those that lost the most against the oracle."""


@dataclass(frozen=True, eq=False)
class Shown:
    """A day that is drawn: the policy's episode, the oracle's, and the money of the first less that of the second."""

    seed: int
    day: int
    policy: Replay
    oracle: Replay

    @property
    def lost(self) -> Floats:
        """The money (steps, places, components) that the policy paid more (usd)."""
        return self.policy.money - self.oracle.money


@dataclass(frozen=True, eq=False)
class Findings:
    """Means over all episodes, in usd an episode: `by_place` (places, components), `by_hour` (hours, components).

    `clipped_by_hour` (hours,) asks an episode that were not followed; `deviation` is the largest |replayed cost - stated cost|
    relative to the stated one.
    """

    places: tuple[str, ...]
    by_place: Floats
    by_hour: Floats
    clipped_by_hour: Floats
    breaches: tuple[Breach, ...]
    shown: tuple[Shown, ...]
    deviation: float

    @property
    def lost_usd(self) -> float:
        """The mean of what the policy paid more than the oracle's schedule."""
        return float(self.by_place.sum())


def examine(case: Case, chosen: Sequence[tuple[int, int]], *, quiet: bool = True) -> Findings:
    """Return the findings of a case, with the episodes `chosen` to be drawn; raises InvalidInput as `Ledger`."""
    scenario, judge = case.scenario, case.record.protocol.plant
    ledger = Ledger(scenario, judge)
    oracle = {day: ledger.replay(case.split, day, one.asks) for day, one in case.dispatches.items()}
    found: list[Breach] = []
    lost, clipped, shown, deviations = [], [], [], []
    for seed, day in progress(case.episodes, "replay", quiet=quiet):
        one = ledger.replay(case.split, day, case.asks[seed, day])
        lost.append(one.money - oracle[day].money)
        clipped.append(one.run.clipped[:, None, None])
        found += breaches(scenario, scenario.window(case.split, day), one.run, judge, (seed, day))
        stated = case.rows[seed, day]["cost_usd"]
        deviations.append(abs(float(one.run.cost_usd.sum()) - stated) / max(abs(stated), 1.0))
        if (seed, day) in chosen:
            shown.append(Shown(seed, day, one, oracle[day]))
    whole = mean(lost)
    return Findings(
        places=ledger.places,
        by_place=whole.sum(axis=0),
        by_hour=by_hour(scenario, whole),
        clipped_by_hour=by_hour(scenario, mean(clipped))[:, 0],
        breaches=tuple(found),
        shown=tuple(sorted(shown, key=lambda one: chosen.index((one.seed, one.day)))),
        deviation=max(deviations),
    )


def dearest(case: Case, days: Sequence[int]) -> list[tuple[int, int]]:
    """Return for each of the days the (seed, day) that lost the most against the oracle, the dearest first."""
    worst = [max(((seed, day) for seed in case.seeds), key=lambda one: case.lost_usd(*one)) for day in days]
    return sorted(worst, key=lambda one: (-case.lost_usd(*one), one))
