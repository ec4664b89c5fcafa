"""What is shown of a finished run: its line between the anchor's and the oracle's, and a picture of its first day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.bench import intervals
from gridbench.bench.actions_file import read_actions
from gridbench.bench.episode import Episode, play
from gridbench.bench.plan import named_policy
from gridbench.bench.record import bound_is
from gridbench.bench.scoring import scored_rows
from gridbench.bench.summary import summarise
from gridbench.bench.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from gridbench.bench.plan import Plan
    from gridbench.bench.record import Scores
    from gridbench.bench.runner import Outcome


def compared(plan: Plan, outcome: Outcome) -> list[tuple[str, Scores]]:
    """Return the scores of the anchor, the run and the oracle's schedule over the same days, by name."""
    world, split = World(plan.scenario, plan.plant), plan.split
    found = {day: intervals.interval(plan.scenario, split, day) for day in plan.days}
    anchor = named_policy(plan.scenario.anchor, plan.scenario)
    played = [play(world, anchor, split, day, 0) for day in plan.days]
    steps = plan.scenario.steps
    replayed = [Episode(0, day, world.replay(split, day, found[day].asks), found[day].seconds / steps) for day in plan.days]
    costs = {one.day: float(one.trajectory.cost_usd.sum()) for one in played}

    def scores(episodes: list[Episode]) -> Scores:
        done = [one.finished(plan.scenario, plan.scenario.window(split, one.day)) for one in episodes]
        return summarise(scored_rows(done, found, costs, plan.plant))

    ends = (f"anchor ({plan.scenario.anchor})", scores(played)), ("oracle (witness)", scores(replayed))
    return [ends[0], (plan.policy.name, outcome.record.scores), ends[1]]


def plot_first_day(plan: Plan, outcome: Outcome) -> Path:
    """Write a picture of the first day of a run beside the oracle's and return its path; raises StorageError."""
    from gridbench.bench.plot import plot_day  # noqa: PLC0415

    world, split, day = World(plan.scenario, plan.plant), plan.split, min(plan.days)
    asks = read_actions(outcome.folder, outcome.record.protocol.seeds, sorted(plan.days), world.asks, plan.scenario.steps)
    best = intervals.interval(plan.scenario, split, day)
    runs = {plan.policy.name: world.replay(split, day, asks[0, 0]), "oracle": world.replay(split, day, best.asks)}
    path = outcome.folder / f"day-{day}.png"
    title = f"{plan.scenario.id}, {split} day {day} ({bound_is(plan.plant)} bound {best.bound_usd:,.2f} usd)"
    plot_day(path, plan.scenario, plan.scenario.window(split, day), runs, title)
    return path
