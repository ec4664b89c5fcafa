"""Checking a scenario: every fault of its files, and its sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput
from gridbench.scenario.digest import changed, published
from gridbench.scenario.file import read

if TYPE_CHECKING:
    from pathlib import Path

    from gridbench.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Summary:
    """The sizes of a scenario; `controls` and `integers` are those of one step, `days` those of each split."""

    id: str
    digest: str
    title: str
    buses: int
    branches: int
    devices: dict[str, int]
    asks: int
    controls: int
    integers: int
    states: int
    agents: int
    steps: int
    step_h: float
    days: dict[str, int]

    def lines(self) -> list[str]:
        """Return the summary as lines of text."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.devices.items())
        days = ", ".join(f"{count} {split}" for split, count in self.days.items())
        return [
            f"{self.id}: {self.title}",
            f"digest    {self.digest}",
            f"network   {self.buses} buses, {self.branches} branches",
            f"devices   {sum(self.devices.values())}: {kinds}",
            f"each step {self.asks} asks, {self.controls} controls, {self.integers} of them integer, {self.states} states",
            f"agents    {self.agents}",
            f"episodes  {self.steps} steps of {self.step_h:g} h; days: {days}",
        ]


def check(path: Path) -> list[str]:
    """Return every fault of the scenario in a folder or scenario.toml; an empty list if there is none."""
    try:
        scenario = read(path)
    except InvalidInput as error:
        return list(error.faults)
    folder = (path if path.is_dir() else path.parent).resolve()
    try:
        before = published(folder.parent).get(folder.name)
    except InvalidInput as error:
        return [f"{error.where}: {fault}" for fault in error.faults]
    return [] if before in (None, scenario.digest) else [changed(folder.name)]


def summary(scenario: Scenario) -> Summary:
    """Return the sizes of a scenario."""
    spans = [span for device in scenario.devices for span in device.controls().values()]
    kinds: dict[str, int] = {}
    for device in scenario.devices:
        kinds[device.kind] = kinds.get(device.kind, 0) + 1
    return Summary(
        id=scenario.id,
        digest=scenario.digest,
        title=scenario.title,
        buses=len(scenario.feeder.buses),
        branches=len(scenario.feeder.branches),
        devices=dict(sorted(kinds.items())),
        asks=sum(len(device.asks()) for device in scenario.devices),
        controls=len(spans),
        integers=sum(span.integer for span in spans),
        states=sum(len(device.states()) for device in scenario.devices),
        agents=len(scenario.agents),
        steps=scenario.steps,
        step_h=scenario.step_h,
        days={name: len(split.days) for name, split in scenario.splits.items()},
    )
