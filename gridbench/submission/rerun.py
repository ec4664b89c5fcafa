"""Running the policy of a record again: whether it asks for what the record says it asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench.actions_file import read_actions
from gridbench.bench.pieces import finished
from gridbench.bench.plan import side_by_side
from gridbench.bench.progress import progress
from gridbench.bench.world import World
from gridbench.plant.layout import layout
from gridbench.submission.beside import recorded_policy, unlike

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from gridbench.bench.record import Record
    from gridbench.scenario.scenario import Scenario

ROUNDING = 1e-5
"""Asks that differ by this share of their span at most are the same but for rounding: another processor adds in another order."""


@dataclass(frozen=True)
class Rerun:
    """What running a policy again has found: its faults, what is to be said, and whether every episode was run."""

    faults: tuple[str, ...]
    note: str
    whole: bool


def spread_days(days: Sequence[int], most: int | None) -> tuple[int, ...]:
    """Return `most` of the days, spread evenly over them; all where `most` is None or larger."""
    ordered = sorted(days)
    if most is None or most >= len(ordered):
        return tuple(ordered)
    return tuple(ordered[(2 * i + 1) * len(ordered) // (2 * most)] for i in range(most))


def rerun(record: Record, folder: Path, scenario: Scenario, *, days: int | None = None, quiet: bool = True) -> Rerun:
    """Run the policy of a record over its seeds and days, at most `days` of them, and compare what it asks for.

    Raises InvalidInput where the policy cannot be made, or the actions cannot be read.
    """
    seeds, split = record.protocol.seeds, record.scenario.split
    ran = tuple(sorted(scenario.split(split).days[: record.protocol.days]))
    plan = layout(scenario)
    recorded = read_actions(folder, seeds, ran, plan.asks, scenario.steps)
    policy, world = recorded_policy(record, folder, scenario), World(scenario)
    spans = np.array([max(span.hi - span.lo, 1e-12) for span in plan.ask_spans])
    pieces = side_by_side(policy, [(seed, day) for seed in seeds for day in spread_days(ran, days)])
    played = [finished(world, policy, split, *piece) for piece in progress(pieces, f"{record.policy.name} again", quiet=quiet)]
    chosen = [episode for piece in played for episode in piece]
    failed = {(one.seed, one.day): one.step for one in record.failures}
    worst, differing, lost = 0.0, [], []
    for one in chosen:
        before, now = failed.get((one.seed, one.day)), one.failure.step if one.failure else None
        if before != now:
            why = f" ({one.failure.reason})" if one.failure else ""
            lost.append(f"seed {one.seed}, day {one.day}: the record says {_lost(before)}, the policy is {_lost(now)}{why}")
        stated = recorded[seeds.index(one.seed), ran.index(one.day)]
        apart = np.abs(one.asks.astype(np.float64) - stated) / spans
        worst = max(worst, float(apart.max()))
        if apart.max() > ROUNDING:
            differing.append(f"seed {one.seed}, day {one.day}, {_first(apart, stated, one.asks, plan.asks)}")
    faults = [f"rerun: {one}" for one in (*unlike(record, policy), *lost)]
    if differing:
        faults.append(f"rerun: {len(differing)} of {len(chosen)} episodes differ, first at {differing[0]}")
    how = "to the last bit" if worst == 0.0 else f"but for rounding ({worst:.1e} of a span)"
    note = "" if differing else f"the policy asks for the same in {len(chosen)} episodes, {how}"
    return Rerun(tuple(faults), note, len(chosen) == len(seeds) * len(ran))


def _lost(step: int | None) -> str:
    return "not lost" if step is None else f"lost from step {step} on"


def _first(apart: NDArray[np.float64], stated: NDArray[np.float32], asked: NDArray[np.float32], names: Sequence[str]) -> str:
    step, ask = (int(one) for one in np.argwhere(apart > ROUNDING)[0])
    where = f"step {step}, ask {names[ask]!r}"
    return f"{where}: the record asks for {float(stated[step, ask]):.7g}, the policy for {float(asked[step, ask]):.7g}"
