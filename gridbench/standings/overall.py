"""Across scenarios, within a class of information: who beats whom where (Borda points), and the mean score."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from gridbench.bench.statistics import Estimate, borda, improvement_estimate
from gridbench.standings.sections import CLASSES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.standings.entries import Entry
    from gridbench.standings.sections import Section

RULE = (
    "A scenario counts in a class of information if a record of that class covers all its test days; of a scenario with several "
    "versions, the newest. On each, a policy gets a point for every other policy of the class that it beats by the interquartile "
    "mean of the score, half a point where both score the same. Only admissible entries take part: one that is missing or below "
    "the line gets nothing there, and everyone who takes part beats it. The sum of the points gives the rank; equal sums share "
    "one. Mean S is over the scenarios that a policy has run, and ranks nothing."
)
"""How policies are ranked across scenarios, in words."""


@dataclass(frozen=True, eq=False)
class Standing:
    """A policy across scenarios: its entries by scenario, Borda `points` of at most `most`, and its rank (None: below the line).

    `mean_score` is the mean of the mean scores of its episodes over the scenarios that it ran.
    """

    name: str
    version: str
    kind: str
    entries: Mapping[str, Entry]
    points: float
    most: int
    mean_score: float
    rank: int | None

    @property
    def admissible(self) -> int:
        """On how many scenarios it is admissible."""
        return sum(entry.admissible for entry in self.entries.values())


@dataclass(frozen=True, eq=False)
class Overall:
    """A class of information across the scenarios that count in it, policies in order."""

    information: str
    scenarios: tuple[str, ...]
    standings: tuple[Standing, ...]

    @property
    def title(self) -> str:
        """What is compared, in words."""
        count = len(self.scenarios)
        return f"All scenarios ({count}): {self.information} ({CLASSES[self.information]})"

    def duels(self, most: int) -> list[tuple[Standing, Standing, int, Estimate]]:
        """Return each pair of the first `most` policies, the number of scenarios that both ran, and P(the first is higher)."""
        found = []
        for first, second in combinations(self.standings[:most], 2):
            common = [name for name in self.scenarios if name in first.entries and name in second.entries]
            if common:
                pairs = [(first.entries[name].score_table, second.entries[name].score_table) for name in common]
                found.append((first, second, len(common), improvement_estimate(pairs)))
        return found


def overall(found: Sequence[Section]) -> list[Overall]:
    """Return the standings across scenarios of each class of information that has any, from the least informed up."""
    newest = _newest({section.scenario for section in found})
    counted = [one for one in found if one.scenario in newest and one.split == "test" and one.entries[0].full]
    classes = [(name, [one for one in counted if one.information == name]) for name in CLASSES]
    return [_overall(name, parts) for name, parts in classes if parts]


def _overall(information: str, parts: Sequence[Section]) -> Overall:
    entries: dict[tuple[str, str], dict[str, Entry]] = {}
    for part in parts:
        for entry in part.entries:  # the better of two records of one policy stands first, and counts
            named = entry.record.policy.name, entry.record.policy.version
            entries.setdefault(named, {}).setdefault(part.scenario, entry)
    scores = [{policy: _taking_part(own.get(part.scenario)) for policy, own in entries.items()} for part in parts]
    points, most = borda(scores, list(entries)), (len(entries) - 1) * len(parts)
    ranked = {policy for one in scores for policy, score in one.items() if score is not None}
    found = []
    for policy, own in entries.items():
        rank = 1 + sum(points[other] > points[policy] for other in ranked) if policy in ranked else None
        mean = sum(entry.scores.score_mean for entry in own.values()) / len(own)
        kind = next(iter(own.values())).record.policy.kind
        found.append(Standing(*policy, kind, own, points[policy], most, mean, rank))
    ordered = sorted(found, key=lambda one: (one.rank is None, -one.points, -one.mean_score, one.name, one.version))
    return Overall(information, tuple(part.scenario for part in parts), tuple(ordered))


def _taking_part(entry: Entry | None) -> float | None:
    return entry.scores.score_iqm if entry is not None and entry.admissible else None


def _newest(scenarios: set[str]) -> set[str]:
    """Return the newest version of each scenario."""
    found: dict[str, tuple[int, str]] = {}
    for scenario in scenarios:
        name, version = re.fullmatch(r"(.*?)(?:-v(\d+))?", scenario).groups()  # type: ignore[union-attr]
        found[name] = max(found.get(name, (-1, "")), (int(version or 0), scenario))
    return {scenario for _, scenario in found.values()}
