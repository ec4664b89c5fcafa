"""The order of entries: within a scenario and a class of information, admissible ones first, by their score."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridbench.standings.entries import Entry

CLASSES = {
    "local": "sees its own microgrid",
    "shared": "sees its own microgrid and what others publish",
    "full": "sees the whole state",
    "forecast": "sees the whole state and forecasts",
    "foresight": "knows the day in advance",
}
"""The classes of information, from the least to the most; entries are compared within one."""


@dataclass(frozen=True, eq=False)
class Line:
    """An entry with its rank in its section; one that is not admissible has none."""

    entry: Entry
    rank: int | None


@dataclass(frozen=True, eq=False)
class Section:
    """The entries of one scenario, split, number of days and class of information, in order."""

    scenario: str
    split: str
    days: int
    information: str
    tolerance: float
    entries: tuple[Entry, ...]

    @property
    def protocol(self) -> str:
        """Which days of which scenario, in words."""
        return f"{self.scenario}, {self.split}, {self.days} day{'s' if self.days > 1 else ''}"

    @property
    def title(self) -> str:
        """What is compared, in words."""
        return f"{self.protocol}: {self.information} ({CLASSES[self.information]})"

    @property
    def rule(self) -> str:
        """What is admissible here, in words."""
        return f"at most {100 * self.tolerance:g} % violating steps, upper 95 % limit, and no episode lost"

    @property
    def lines(self) -> list[Line]:
        """The entries with their ranks, in order: equal scores are ranked by name."""
        ranks = iter(range(1, len(self.entries) + 1))
        return [Line(entry, next(ranks) if entry.admissible else None) for entry in self.entries]


def sections(entries: Iterable[Entry]) -> list[Section]:
    """Return the entries by scenario, split, number of days and class of information, each in order.

    Entries whose bound is indicative only are not ranked at all: their scores lean on another plant's bound.
    """
    groups: dict[tuple[str, str, int, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.record.bound.bound_is != "certified":
            continue
        part = entry.record.scenario
        groups[part.id, part.split, entry.record.protocol.days, entry.record.policy.information].append(entry)
    ranks = list(CLASSES)
    ordered = sorted(groups, key=lambda place: (place[0], place[1], -place[2], ranks.index(place[3])))
    found = [tuple(sorted(groups[place], key=lambda e: e.order)) for place in ordered]
    return [Section(*place, entries[0].tolerance, entries) for place, entries in zip(ordered, found, strict=True)]
