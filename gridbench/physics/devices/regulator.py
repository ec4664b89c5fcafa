"""A voltage regulator or on-load tap changer in a branch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gridbench.physics.devices.stepped import Stepped
from gridbench.physics.quantities import NonNegative, Positive  # noqa: TC001 - scenario files are read by these types
from gridbench.physics.terms import Number, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulator(Stepped):
    """An ideal transformer at the sending end of a branch, whose ratio moves in integer steps.

    `target_pu` and `band_pu` are the settings of its own controller (voltage held within half the band of the target);
    the physics does not read them, heuristics do.
    """

    name: str
    branch: str
    step_pu: Positive = 0.00625
    position_min: int = -16
    position_max: int = 16
    position_initial: int = 0
    step_usd: NonNegative = 0.0
    target_pu: Positive = 1.0
    band_pu: Positive = 0.0167
    kind: Literal["regulator"] = "regulator"

    def faults(self) -> list[str]:
        """Return what is contradictory in the fields."""
        rules = {
            "position_min <= position_initial <= position_max must hold": (
                self.position_min <= self.position_initial <= self.position_max
            ),
            "the ratio must stay positive: step_pu * position_min must be above -1": self.step_pu * self.position_min > -1,
        }
        return [rule for rule, holds in rules.items() if not holds]

    def ratio(self, position: Number) -> Number:
        """Return the ratio of the ideal transformer: a positive position raises the receiving side."""
        return 1.0 + self.step_pu * position

    def positions(self) -> Span:
        """Return the range of positions."""
        return Span(self.position_min, self.position_max, integer=True)

    def initial_position(self) -> int:
        """Return the position at the start of the day."""
        return self.position_initial

    def move_usd(self) -> float:
        """Return the price of one tap step."""
        return self.step_usd
