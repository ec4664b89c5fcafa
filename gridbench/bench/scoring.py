"""Scoring finished episodes against their certified intervals and the scenario's anchor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench import intervals
from gridbench.bench import score as scores
from gridbench.bench.pieces import finished
from gridbench.bench.plan import named_policy, side_by_side
from gridbench.bench.record import BoundPart, bound_is

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.bench.journal import Finished
    from gridbench.bench.record import PlantName
    from gridbench.bench.world import World
    from gridbench.oracle.dispatch import Dispatch


def bound_part(found: Sequence[Dispatch], plant: PlantName = "balanced") -> BoundPart:
    """Return what a record states of the intervals it leans on."""
    gap = float(np.median([one.gap for one in found]))
    formulation, digest = str(found[0].formulation), intervals.digest(found)
    return BoundPart(formulation=formulation, digest=digest, median_gap=gap, bound_is=bound_is(plant))


def anchor_costs(world: World, split: str, days: Sequence[int]) -> dict[int, float]:
    """Return what the scenario's anchor policy costs by day (usd)."""
    anchor = named_policy(world.scenario.anchor, world.scenario)
    pieces = side_by_side(anchor, [(0, day) for day in days])
    return {one.day: one.numbers["cost_usd"] for piece in pieces for one in finished(world, anchor, split, *piece)}


def scored_rows(
    done: Sequence[Finished], found: Mapping[int, Dispatch], anchors: Mapping[int, float], plant: PlantName = "balanced"
) -> list[dict[str, float]]:
    """Return the rows of episodes.csv; raises BoundError with every episode that costs less than its certified bound."""
    cost, bound, anchor = (
        np.array([number(one) for one in done])
        for number in (lambda e: e.numbers["cost_usd"], lambda e: found[e.day].bound_usd, lambda e: anchors[e.day])
    )
    broken = np.flatnonzero(scores.below_bound(cost, bound)).tolist()
    if broken and bound_is(plant) == "certified":
        listed = [f"seed {done[i].seed}, day {done[i].day}: cost {cost[i]:.9g} < bound {bound[i]:.9g} usd" for i in broken]
        raise scores.BoundError(listed)
    reached = scores.score(cost, bound, anchor)
    return [
        {
            **one.numbers,
            "seed": one.seed,
            "day": one.day,
            "bound_usd": float(bound[i]),
            "witness_usd": float(found[one.day].witness_usd),
            "anchor_usd": float(anchor[i]),
            "score": float(reached[i]),
        }
        for i, one in enumerate(done)
    ]
