"""The ladder: the scenarios from the smallest to the largest, with their sizes and how well the oracle knows their test days."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from gridbench.bench.evidence import Evidence
from gridbench.scenario.catalogue import list_scenarios, load_scenario
from gridbench.scenario.check import summary
from gridbench.text import aligned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.scenario.scenario import Scenario

HEAD = (
    "scenario", "buses", "agents", "devices", "integers", "steps x h", "train", "val.", "test", "stress", "gap %", "worst gap %",
    "s a day",
)  # fmt: skip
CAPTION = (
    "integers: whole numbers that a step decides; train to stress: days of the splits; gap: median and worst certified gap of "
    "the oracle over the test days; s a day: median of its time"
)
PLAIN = ("train", "validation", "test")
"""The splits that every scenario has; all others stress."""
NONE = "-"


@dataclass(frozen=True, slots=True)
class Rung:
    """One scenario: `integers` and `steps` of its sizes, days by split, and the oracle's record of its test days.

    Gaps are (witness - bound) / |witness|, `seconds` the median of a day; None where not every test day is certified.
    """

    id: str
    title: str
    buses: int
    agents: int
    devices: int
    integers: int
    steps: int
    step_h: float
    days: dict[str, int]
    median_gap: float | None
    worst_gap: float | None
    seconds: float | None

    @property
    def size(self) -> tuple[int, int, str]:
        """What the ladder is ordered by: buses, then steps, then the id."""
        return self.buses, self.steps, self.id

    @property
    def stress_days(self) -> int:
        """Days of all splits but those that train, validate and test."""
        return sum(days for split, days in self.days.items() if split not in PLAIN)

    def cells(self) -> tuple[str, ...]:
        """Return the numbers as text, in the order of HEAD."""
        sizes = (self.buses, self.agents, self.devices, self.integers)
        days = (*(self.days.get(split, 0) for split in PLAIN), self.stress_days)
        gaps = (NONE if gap is None else f"{100 * gap:.3f}" for gap in (self.median_gap, self.worst_gap))
        seconds = NONE if self.seconds is None else f"{self.seconds:.1f}"
        return (self.id, *map(str, sizes), f"{self.steps} x {self.step_h:g}", *map(str, days), *gaps, seconds)


def rung(scenario: Scenario) -> Rung:
    """Return the rung of a built-in scenario. Raises InvalidInput for damaged intervals."""
    sizes, known = summary(scenario), Evidence(scenario).certified
    return Rung(
        id=sizes.id,
        title=sizes.title,
        buses=sizes.buses,
        agents=sizes.agents,
        devices=sum(sizes.devices.values()),
        integers=sizes.integers,
        steps=sizes.steps,
        step_h=sizes.step_h,
        days=sizes.days,
        median_gap=median(day.gap for day in known) if known else None,
        worst_gap=max(day.gap for day in known) if known else None,
        seconds=median(day.seconds for day in known) if known else None,
    )


def ladder() -> list[Rung]:
    """Return a rung for every built-in scenario, from the smallest up. Raises InvalidInput for a damaged one."""
    return sorted((rung(load_scenario(name)) for name in list_scenarios()), key=lambda one: one.size)


def table(found: Sequence[Rung]) -> str:
    """Return the ladder in columns, and what they mean."""
    return f"{aligned([HEAD, *(one.cells() for one in found)])}\n{CAPTION}"
