"""Names: what each column, row and cone of a formulation is called, `cell.charge_mw[3]` or `u[814, 3]`, made when asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gridbench.errors import UnknownName

if TYPE_CHECKING:
    from gridbench.oracle.affine import Indices
    from gridbench.scenario.scenario import Scenario

NETWORK = "network"
"""The owner of what belongs to no device."""


class Place(NamedTuple):
    """Where a column, row or cone stands: its block, the device that owns it (or `network`), bus or branch, and step."""

    block: str
    owner: str
    place: str
    step: int | None

    def __str__(self) -> str:
        """Return the name."""
        inside = ", ".join(str(part) for part in (self.place, self.step) if part not in {"", None})
        return f"{self.block}[{inside}]" if inside else self.block


@dataclass(frozen=True, eq=False)
class Names:
    """The names of numbered things of one kind, given their blocks: arrays of numbers by step, or by step and place."""

    scenario: Scenario
    what: str
    blocks: dict[str, Indices]

    @cached_property
    def places(self) -> dict[int, Place]:
        """Where each number stands."""
        found = {}
        for block, numbers in self.blocks.items():
            owner, shaped = self.owner(block), self._by_step(numbers)
            for cell, number in np.ndenumerate(shaped):
                if number >= 0:
                    step = None if shaped.shape == (1,) and self.scenario.steps > 1 else int(cell[0])
                    place = self._across(block, shaped.shape[1])[cell[1]] if shaped.ndim > 1 else ""
                    found[int(number)] = Place(block, owner, place, step)
        return found

    def all(self) -> list[str]:
        """Return every name, by number."""
        return [str(self.places[number]) for number in range(len(self.places))]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {str(place): number for number, place in self.places.items()}

    def number(self, name: str) -> int:
        """Return the number of a name. Raises UnknownName."""
        if name not in self._numbers:
            raise UnknownName(self.what, name, self._numbers)
        return self._numbers[name]

    def owner(self, block: str) -> str:
        """Return the device that a block belongs to, or `network`."""
        own = [d.name for d in self.scenario.devices if block.startswith((f"{d.name}.", f"{d.name} "))]
        return max(own, key=len, default=NETWORK)

    def _by_step(self, numbers: Indices) -> Indices:
        """Return a block by step and place: those of cones are flat."""
        steps = self.scenario.steps
        return numbers.reshape(steps, -1) if numbers.ndim == 1 and numbers.size > steps else numbers

    def _across(self, block: str, count: int) -> tuple[str, ...]:
        """Return the buses or branches that the second axis of a block counts."""
        feeder = self.scenario.feeder
        buses = tuple(bus.name for bus in feeder.buses)
        if count == len(buses):
            return buses
        by_bus = block == "u" or block.startswith(f"{self.scenario.voltage.name}.")
        return buses[1:] if by_bus else tuple(branch.name for branch in feeder.branches)
