"""The order of entries: within a scenario and a class of information, admissible ones first, by their score."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from gridbench.bench.files import read_text
from gridbench.bench.record import FILE, Record, Scores, read_record
from gridbench.bench.rows import parse_rows
from gridbench.bench.summary import summarise
from gridbench.errors import GridbenchError, InvalidInput, UnknownName
from gridbench.scenario.catalogue import list_scenarios, load_scenario

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CLASSES = {
    "local": "sees its own microgrid",
    "shared": "sees its own microgrid and what others publish",
    "full": "sees the whole state",
    "forecast": "sees the whole state and forecasts",
    "foresight": "knows the day in advance",
}
"""The classes of information, from the least to the most; entries are compared within one."""


@dataclass(frozen=True)
class Entry:
    """A record at its place, and the share of violating steps that its scenario admits."""

    record: Record
    folder: str
    tolerance: float

    @property
    def admissible(self) -> bool:
        """Whether its safety is within the scenario's tolerance."""
        return self.scores.violating_steps_share_upper <= self.tolerance

    @property
    def scores(self) -> Scores:
        """The numbers of the record."""
        return self.record.scores

    @property
    def order(self) -> tuple[bool, float, str, str]:
        """Admissible first, then the higher score, then the name."""
        return not self.admissible, -self.scores.score_iqm, self.record.policy.name, self.folder


@dataclass(frozen=True)
class Section:
    """The entries of one scenario, split, number of days and class of information, in order."""

    scenario: str
    split: str
    days: int
    information: str
    tolerance: float
    entries: tuple[Entry, ...]

    @property
    def title(self) -> str:
        """What is compared, in words."""
        days = f"{self.days} day{'s' if self.days > 1 else ''}"
        return f"{self.scenario}, {self.split}, {days}: {self.information} ({CLASSES[self.information]})"


def read_entries(results: Path, homes: Sequence[Path] = ()) -> list[Entry]:
    """Return all records below a folder; raises InvalidInput with the faults of all of them, or where there is no folder.

    Scenarios are those in the folders `homes`, by their ids, and the built-in ones.
    """
    if not results.is_dir():
        raise InvalidInput(str(results), ["there is no such folder: run `gridbench run --out results/...` first"])
    faults, entries = [], []
    for path in sorted(results.rglob(FILE)):
        folder = path.parent.relative_to(results).as_posix()
        try:
            entries.append(_entry(path, folder, tuple(homes)))
        except GridbenchError as error:
            faults += [f"{folder}: {fault}" for fault in getattr(error, "faults", [str(error)])]
    faults = faults or _unlike_bounds(entries)
    if faults:
        raise InvalidInput(str(results), faults)
    return entries


def _unlike_bounds(entries: list[Entry]) -> list[str]:
    """Return which entries lean on other intervals than the first of the same days: their scores cannot be compared."""
    first: dict[tuple[str, str, int], Entry] = {}
    faults = []
    for entry in entries:
        record = entry.record
        known = first.setdefault((record.scenario.id, record.scenario.split, record.protocol.days), entry)
        if (record.bound.digest, record.scenario.digest) != (known.record.bound.digest, known.record.scenario.digest):
            faults.append(f"{entry.folder}: leans on other intervals or files than {known.folder}: run both again")
    return faults


def _entry(path: Path, folder: str, homes: tuple[Path, ...]) -> Entry:
    record = read_record(path)
    rows = parse_rows(read_text(path.parent / record.episodes), record.episodes)
    if summarise(rows) != record.scores:
        raise InvalidInput(folder, ["scores are not those of its episodes.csv: never edit either by hand"])
    return Entry(record, folder, tolerance(record.scenario.id, homes))


@cache
def tolerance(scenario: str, homes: tuple[Path, ...]) -> float:
    """Return the largest share of violating steps that a scenario admits.

    Raises UnknownName for one that is neither in a folder of `homes` nor built in, and InvalidInput with its faults.
    """
    own = next((home / scenario for home in homes if scenario in list_scenarios(home)), None)
    if own is not None or scenario in list_scenarios():
        return load_scenario(own or scenario).violating_share_max
    known = [*list_scenarios(), *(one for home in homes for one in list_scenarios(home))]
    unknown = UnknownName("scenario", scenario, known)
    raise InvalidInput(scenario, [f"{unknown}; for one of your own say --scenarios FOLDER, where its folder is"])


def sections(entries: list[Entry]) -> list[Section]:
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
