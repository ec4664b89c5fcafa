"""Limits of the network that no one can enforce: soft, and priced on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gridbench.physics.quantities import Positive  # noqa: TC001 - scenario files are read by these types
from gridbench.physics.reach import least_slacks
from gridbench.physics.terms import Device, Le, Number, Row, Span, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class VoltageBand(Device):
    """The band of a bus voltage; `w.u_pu2` is its squared magnitude, and the excess is priced on it."""

    v_min_pu: Positive
    v_max_pu: Positive
    excess_usd_per_pu2_h: Positive
    trip_min_pu: Positive = 0.7
    trip_max_pu: Positive = 1.3
    name: str = "voltage"
    kind: Literal["voltage_band"] = "voltage_band"
    excesses: ClassVar[tuple[str, ...]] = ("under_pu2", "over_pu2")

    def faults(self) -> list[str]:
        """Return what is contradictory in the fields."""
        ordered = self.trip_min_pu < self.v_min_pu < self.v_max_pu < self.trip_max_pu
        return [] if ordered else ["trip_min_pu < v_min_pu < v_max_pu < trip_max_pu must hold"]

    def controls(self) -> dict[str, Span]:
        """Return the excess below and above the band."""
        return {
            "under_pu2": Span(0.0, self.v_min_pu**2 - self.trip_min_pu**2),
            "over_pu2": Span(0.0, self.trip_max_pu**2 - self.v_max_pu**2),
        }

    def limits(self, x: Values, u: Values, w: Values, dt_h: float) -> tuple[Row, ...]:  # noqa: ARG002
        """Return the two ends of the band."""
        return (
            Le("undervoltage", self.v_min_pu**2 - w.u_pu2, u.under_pu2),
            Le("overvoltage", w.u_pu2 - self.v_max_pu**2, u.over_pu2),
        )

    def cost(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Return the price of the excess."""
        return {"voltage": dt_h * self.excess_usd_per_pu2_h * (u.under_pu2 + u.over_pu2)}

    def settle(self, x: Values, ask: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Return the least excess."""
        return least_slacks(self.controls(), lambda slack: self.limits(x, slack, w, dt_h))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadingLimit(Device):
    """The rating of a branch; `w.l_pu2` is its squared current over the squared rating, and the excess is priced on it."""

    excess_usd_per_h: Positive
    trip_loading: Positive = 3.0
    name: str = "loading"
    kind: Literal["loading_limit"] = "loading_limit"
    excesses: ClassVar[tuple[str, ...]] = ("over",)

    def faults(self) -> list[str]:
        """Return what is contradictory in the fields."""
        return [] if self.trip_loading > 1.0 else ["trip_loading must be above 1"]

    def controls(self) -> dict[str, Span]:
        """Return the excess over the rating."""
        return {"over": Span(0.0, self.trip_loading**2 - 1.0)}

    def limits(self, x: Values, u: Values, w: Values, dt_h: float) -> tuple[Row, ...]:  # noqa: ARG002
        """Return the rating."""
        return (Le("loading", w.l_pu2 - 1.0, u.over),)

    def cost(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Return the price of the excess."""
        return {"loading": dt_h * self.excess_usd_per_h * u.over}

    def settle(self, x: Values, ask: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Return the least excess."""
        return least_slacks(self.controls(), lambda slack: self.limits(x, slack, w, dt_h))
