"""What is known of a scenario's test days: the certified intervals, and the records of policies that ran all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.bench import intervals
from gridbench.bench.files import read_text
from gridbench.bench.record import FILE, Record, folder_name, read_record
from gridbench.bench.rows import parse_rows

if TYPE_CHECKING:
    from gridbench.oracle.dispatch import Dispatch
    from gridbench.scenario.scenario import Scenario


@dataclass(frozen=True)
class Evidence:
    """The intervals published with a built-in scenario, and its records below `results`, one folder a policy."""

    scenario: Scenario
    results: Path = Path("results")

    @cached_property
    def days(self) -> tuple[int, ...]:
        """The test days, in order."""
        return tuple(sorted(self.scenario.splits["test"].days)) if "test" in self.scenario.splits else ()

    @cached_property
    def certified(self) -> tuple[Dispatch, ...]:
        """The interval of every test day, in order; none where one of them is missing. Raises InvalidInput for damaged files."""
        found = intervals.published(self.scenario, "test")
        return tuple(found[day] for day in self.days) if set(self.days) <= found.keys() else ()

    def folder(self, policy: str) -> Path:
        """Return where the record of a policy lies."""
        return self.results / self.scenario.id / folder_name(policy)

    def record(self, policy: str) -> Record | None:
        """Return the record of a policy, None where there is none of all test days, these files and these intervals.

        Raises InvalidInput for a damaged one.
        """
        if not (self.folder(policy) / FILE).is_file():
            return None
        found = read_record(self.folder(policy))
        ran = found.scenario.id, found.scenario.digest, found.scenario.split, found.protocol.days, found.protocol.plant
        wanted = self.scenario.id, self.scenario.digest, "test", len(self.days), "balanced"
        leans = not self.certified or found.bound.digest == intervals.digest(self.certified)
        return found if ran == wanted and leans else None

    def episodes(self, policy: str) -> list[dict[str, float]]:
        """Return the rows of a policy's record, none where `record` is None. Raises InvalidInput for damaged ones."""
        found = self.record(policy)
        return [] if found is None else parse_rows(read_text(self.folder(policy) / found.episodes), found.episodes)
