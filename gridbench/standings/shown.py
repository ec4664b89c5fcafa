"""The few days of a record that the page shows, replayed beside the oracle's schedule."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gridbench.bench import intervals
from gridbench.bench.actions_file import read_actions
from gridbench.bench.course import Course, course
from gridbench.bench.world import World
from gridbench.errors import InvalidInput
from gridbench.plant.layout import layout

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gridbench.bench.rows import Row
    from gridbench.oracle.dispatch import Dispatch
    from gridbench.scenario.scenario import Scenario
    from gridbench.standings.entries import Entry

AGREEMENT = 1e-6
"""How far a replayed cost may lie from the record's, relative to it: as `gridbench verify` has it."""
ROUNDING_USD = 1e-3


@dataclass(frozen=True, eq=False)
class ShownDay:
    """A day of a record: why it is shown, its row of episodes.csv, its course and the oracle's (None: no published schedule)."""

    why: str
    row: Row
    course: Course
    oracle: Course | None

    @property
    def seed(self) -> int:
        """The seed of the episode."""
        return int(self.row["seed"])

    @property
    def day(self) -> int:
        """The day of the split."""
        return int(self.row["day"])


class Stage:
    """Where the days of one scenario are replayed; the plant is built where a course is not in the cache."""

    def __init__(self, scenario: Scenario, home: Path) -> None:
        """Name the scenario and its folder."""
        self.scenario, self.home = scenario, home

    @cached_property
    def world(self) -> World:
        """The plant."""
        return World(self.scenario)

    @cached_property
    def asks(self) -> tuple[str, ...]:
        """The names of the asks, in order."""
        return layout(self.scenario).asks

    def published(self, split: str) -> Mapping[int, Dispatch]:
        """Return the published schedules of the oracle by day: never those of a cache, which others do not have."""
        return intervals.published(self.scenario, split, self.home)

    def days(self, entry: Entry) -> list[ShownDay]:
        """Return the best, the median and the worst day of a record. Raises InvalidInput where its actions are not its own."""
        split, seeds = entry.record.scenario.split, entry.record.protocol.seeds
        actions = read_actions(entry.path, seeds, entry.days, self.asks, self.scenario.steps)
        schedules, found = self.published(split), []
        for why, row in chosen(entry.rows):
            seed, day = int(row["seed"]), int(row["day"])
            asks = actions[seeds.index(seed), entry.days.index(day)]
            own = course(lambda: self.world, self.scenario, split, day, asks)
            _agree(entry, row, own)
            best = schedules.get(day)
            theirs = None if best is None else course(lambda: self.world, self.scenario, split, day, best.asks)
            found.append(ShownDay(why, row, own, theirs))
        return found


def _agree(entry: Entry, row: Row, own: Course) -> None:
    cost, replayed = row["cost_usd"], own.cost_usd[-1]
    if replayed is None or not math.isclose(cost, replayed, rel_tol=AGREEMENT, abs_tol=ROUNDING_USD):
        where = f"seed {int(row['seed'])}, day {int(row['day'])}"
        fault = f"{where}: its actions cost {replayed} usd when replayed, not {cost:.9g}: see `gridbench verify`"
        raise InvalidInput(entry.folder, [fault])


def chosen(rows: tuple[Row, ...]) -> list[tuple[str, Row]]:
    """Return the episodes of the best, the median and the worst day with their names, fewer where there are fewer days.

    A day counts by the episode of its median seed (the lower of two), and that episode is shown; equal scores go by the day.
    """
    by_day: dict[int, list[Row]] = {}
    for row in rows:
        by_day.setdefault(int(row["day"]), []).append(row)
    middle = [sorted(found, key=lambda row: (row["score"], row["seed"]))[(len(found) - 1) // 2] for found in by_day.values()]
    ordered = sorted(middle, key=lambda row: (-row["score"], row["day"]))
    places = dict.fromkeys([0, (len(ordered) - 1) // 2, len(ordered) - 1])
    names = {1: ("only",), 2: ("best", "worst"), 3: ("best", "median", "worst")}[len(places)]
    return [(name, ordered[place]) for name, place in zip(names, places, strict=True)]
