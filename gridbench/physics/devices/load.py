"""A load of constant power."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gridbench.physics.quantities import NonNegative, Positive, Share  # noqa: TC001 - scenario files are read by these types
from gridbench.physics.reach import reach
from gridbench.physics.terms import Device, Le, Number, Row, Span, Values

PEAK_PU = 1.5
"""Demand may exceed the nominal one; asks to shed reach up to this share of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load(Device):
    """A demand that follows a series; a share of it may be shed at the value of lost load, at constant power factor."""

    name: str
    bus: str
    p_mw: NonNegative
    q_mvar: float = 0.0
    profile: str
    sheddable_share: Share = 0.0
    lost_load_usd_per_mwh: Positive
    kind: Literal["load"] = "load"

    def faults(self) -> list[str]:
        """Return what is contradictory in the fields."""
        return ["a load with p_mw = 0 cannot be sheddable"] if self.sheddable_share > 0 and self.p_mw == 0 else []

    def controls(self) -> dict[str, Span]:
        """Return the power that is shed, if any may be."""
        return {"shed_mw": Span(0.0, np.inf)} if self.sheddable_share > 0.0 else {}

    def inputs(self) -> dict[str, str]:
        """Return the column of the demand (per unit of p_mw and q_mvar)."""
        return {"demand_pu": self.profile}

    def asks(self) -> dict[str, Span]:
        """Return the power to shed."""
        return {"shed_mw": Span(0.0, PEAK_PU * self.sheddable_share * self.p_mw)} if self.sheddable_share > 0.0 else {}

    def demand(self, w: Values) -> Number:
        """Return the demand."""
        return self.p_mw * w.demand_pu

    def inject(self, u: Values, w: Values) -> tuple[Number, Number]:
        """Return minus the demand that is served."""
        if self.sheddable_share == 0.0:
            return -self.demand(w), -self.q_mvar * w.demand_pu
        return u.shed_mw - self.demand(w), u.shed_mw * (self.q_mvar / self.p_mw) - self.q_mvar * w.demand_pu

    def limits(self, x: Values, u: Values, w: Values, dt_h: float) -> tuple[Row, ...]:  # noqa: ARG002
        """Return the demand that may be shed."""
        if self.sheddable_share == 0.0:
            return ()
        return (Le("sheddable demand", u.shed_mw, self.sheddable_share * self.demand(w)),)

    def cost(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Return the value of the load that is shed."""
        return {"unserved": dt_h * self.lost_load_usd_per_mwh * u.shed_mw} if self.sheddable_share > 0.0 else {}

    def blackout_cost(self, w: Values, dt_h: float) -> Number:
        """Return the value of the whole demand."""
        return dt_h * self.lost_load_usd_per_mwh * self.demand(w)

    def settle(self, x: Values, ask: Values, w: Values, dt_h: float) -> dict[str, Number]:
        """Shed as asked, within what may be shed."""
        if self.sheddable_share == 0.0:
            return {}
        low, high = reach(self, x, {"shed_mw": 0.0}, w, dt_h, "shed_mw")
        return {"shed_mw": np.minimum(np.maximum(ask.shed_mw, low), high)}
