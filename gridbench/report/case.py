"""A finished run as it lies in its folder, with the certified intervals that it leans on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.bench import intervals
from gridbench.bench.actions_file import read_actions
from gridbench.bench.admission import admissible
from gridbench.bench.files import read_text
from gridbench.bench.progress import progress
from gridbench.bench.record import Record, read_record
from gridbench.bench.rows import Row, key, parse_rows
from gridbench.errors import InvalidInput
from gridbench.plant.layout import layout
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from gridbench.oracle.dispatch import Dispatch
    from gridbench.scenario.scenario import Scenario

    Episodes = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Case:
    """A record with its rows and asks (steps, asks) by (seed, day), and the dispatch of each day."""

    record: Record
    scenario: Scenario
    rows: Mapping[tuple[int, int], Row]
    asks: Mapping[tuple[int, int], NDArray[np.float32]]
    dispatches: Mapping[int, Dispatch]

    @property
    def split(self) -> str:
        """The split that was run."""
        return self.record.scenario.split

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds, in order."""
        return self.record.protocol.seeds

    @property
    def days(self) -> tuple[int, ...]:
        """The days, in order."""
        return tuple(sorted(self.dispatches))

    @property
    def episodes(self) -> Episodes:
        """All (seed, day), in order."""
        return tuple((seed, day) for seed in self.seeds for day in self.days)

    @property
    def admissible(self) -> bool:
        """Whether the run is safe enough to be ranked."""
        return admissible(self.record.scores, self.scenario.violating_share_max)

    def lost_usd(self, seed: int, day: int) -> float:
        """Return by how much an episode was dearer than the oracle's schedule (usd)."""
        row = self.rows[seed, day]
        return row["cost_usd"] - row["witness_usd"]


def read_case(path: Path | str, *, scenario: Path | str | None = None, quiet: bool = True) -> Case:
    """Return the case of a record (its file or folder); `scenario` is the folder of one that is not built in.

    Raises InvalidInput with the faults of the record, its files, and where they are not those of the scenario and intervals
    here; SolverError where an interval cannot be solved.
    """
    place = Path(path)
    record, folder = read_record(place), place if place.is_dir() else place.parent
    found = load_scenario(scenario or record.scenario.id)
    split = record.scenario.split
    listed = found.split(split).days
    days = tuple(sorted(listed[: record.protocol.days]))
    rows = {key(row): row for row in parse_rows(read_text(folder / record.episodes), record.episodes)}
    faults = _faults(record, found, len(listed), rows, days)
    if faults:
        raise InvalidInput(str(folder), faults)
    asks = read_actions(folder, record.protocol.seeds, days, layout(found).asks, found.steps)
    by_episode = {(seed, day): asks[i, j] for i, seed in enumerate(record.protocol.seeds) for j, day in enumerate(days)}
    dispatches = {day: intervals.interval(found, split, day) for day in progress(days, "bounds", quiet=quiet)}
    if intervals.digest(dispatches.values()) != record.bound.digest:
        raise InvalidInput(str(folder), ["bound: the run leans on other intervals than those here: run it again"])
    return Case(record, found, rows, by_episode, dispatches)


def _faults(
    record: Record, scenario: Scenario, most: int, rows: Mapping[tuple[int, int], Row], days: tuple[int, ...]
) -> list[str]:
    """Return what of a record is not of the scenario here, or not complete."""
    part, seeds = record.scenario, record.protocol.seeds
    stated = (part.id, part.digest) == (scenario.id, scenario.digest)
    found = [] if stated else [f"scenario: {part.id} with other files than {scenario.id} here: run it again"]
    if record.protocol.days > most:
        found.append(f"protocol.days: {record.protocol.days}, the split {part.split} has {most}")
    if sorted(rows) != [(seed, day) for seed in sorted(set(seeds)) for day in days]:
        found.append(f"{record.episodes}: must have every seed and day of the protocol, once")
    return found
