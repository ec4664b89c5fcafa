"""Entries: the records below a folder, each with its episodes, its scenario, its marks and its bundle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from gridbench.bench.admission import admissible
from gridbench.bench.files import read_text
from gridbench.bench.record import FILE, Record, Scores, read_record
from gridbench.bench.rows import Row, parse_rows
from gridbench.bench.summary import summarise, table
from gridbench.errors import GridbenchError, InvalidInput, UnknownName
from gridbench.scenario.catalogue import list_scenarios, load_scenario, scenario_folder
from gridbench.standings.marks import Marks, read_marks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from gridbench.scenario.scenario import Scenario

BUNDLE = "bundle.zip"


@dataclass(frozen=True, eq=False)
class Entry:
    """A record at its place: `path` its folder, `folder` the same below the results, `home` the folder of its scenario."""

    record: Record
    folder: str
    path: Path
    rows: tuple[Row, ...]
    scenario: Scenario
    home: Path
    marks: Marks | None = None

    @property
    def tolerance(self) -> float:
        """The share of violating steps that its scenario admits."""
        return self.scenario.violating_share_max

    @property
    def admissible(self) -> bool:
        """Whether its safety is within the scenario's tolerance, and no episode is lost."""
        return admissible(self.scores, self.tolerance)

    @property
    def scores(self) -> Scores:
        """The numbers of the record."""
        return self.record.scores

    @property
    def order(self) -> tuple[bool, float, str, str]:
        """Admissible first, then the higher score, then the name."""
        return not self.admissible, -self.scores.score_iqm, self.record.policy.name, self.folder

    @property
    def bundle(self) -> str | None:
        """Where its packed bundle lies below the results, None where there is none."""
        return f"{self.folder}/{BUNDLE}" if (self.path / BUNDLE).is_file() else None

    @property
    def full(self) -> bool:
        """Whether it ran all days of the split."""
        split = self.scenario.splits.get(self.record.scenario.split)
        return split is not None and self.record.protocol.days == len(split.days)

    @cached_property
    def score_table(self) -> NDArray[np.float64]:
        """The scores by episode (seeds, days)."""
        return table(self.rows, "score")

    @cached_property
    def days(self) -> tuple[int, ...]:
        """The days that were run, in order."""
        return tuple(sorted({int(row["day"]) for row in self.rows}))


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
            entries.append(_entry(path.parent, folder, tuple(homes)))
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
    rows = parse_rows(read_text(path / record.episodes), record.episodes)
    if summarise(rows) != record.scores:
        raise InvalidInput(folder, ["scores are not those of its episodes.csv: never edit either by hand"])
    home = scenario_home(record.scenario.id, homes)
    return Entry(record, folder, path, tuple(rows), _scenario(home), home, read_marks(path))


def scenario_home(scenario: str, homes: tuple[Path, ...]) -> Path:
    """Return the folder of a scenario, in one of `homes` or built in. Raises InvalidInput for one that is nowhere."""
    own = next((home / scenario for home in homes if scenario in list_scenarios(home)), None)
    if own is not None or scenario in list_scenarios():
        return own or scenario_folder(scenario)
    known = [*list_scenarios(), *(one for home in homes for one in list_scenarios(home))]
    unknown = UnknownName("scenario", scenario, known)
    raise InvalidInput(scenario, [f"{unknown}; for one of your own say --scenarios FOLDER, where its folder is"])


@cache
def _scenario(home: Path) -> Scenario:
    return load_scenario(home)
