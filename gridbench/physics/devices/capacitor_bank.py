"""A switched capacitor bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gridbench.physics.devices.stepped import Stepped
from gridbench.physics.quantities import Count, NonNegative, Positive, PositiveCount  # noqa: TC001 - scenario files are read by these types
from gridbench.physics.terms import Number, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacitorBank(Stepped):
    """A bank of equal capacitors at a bus, switched one by one; its reactive power grows with the squared voltage."""

    name: str
    bus: str
    steps: PositiveCount
    step_mvar: Positive
    position_initial: Count = 0
    switch_usd: NonNegative = 0.0
    kind: Literal["capacitor_bank"] = "capacitor_bank"

    def faults(self) -> list[str]:
        """Return what is contradictory in the fields."""
        return [] if self.position_initial <= self.steps else ["position_initial must not be above steps"]

    def susceptance_mvar(self, position: Number) -> Number:
        """Return the reactive power at 1 pu of voltage."""
        return self.step_mvar * position

    def positions(self) -> Span:
        """Return the range of positions."""
        return Span(0, self.steps, integer=True)

    def initial_position(self) -> int:
        """Return the capacitors in service at the start of the day."""
        return self.position_initial

    def move_usd(self) -> float:
        """Return the price of one switching."""
        return self.switch_usd
