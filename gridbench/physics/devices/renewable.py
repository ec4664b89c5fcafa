"""A solar or wind plant behind an inverter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from gridbench.physics.devices.breaker import connected
from gridbench.physics.quantities import Positive  # noqa: TC001 - scenario files are read by these types
from gridbench.physics.reach import reach
from gridbench.physics.terms import Cone, Device, Le, Number, Row, Span, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewable(Device):
    """A plant whose available power is a series; it may be curtailed, and its inverter gives reactive power.

    `connection` may name a column of its breaker (1 closed, 0 open): it gives only what reaches the bus, and nothing while open.
    """

    name: str
    bus: str
    p_rated_mw: Positive
    s_max_mva: Positive
    profile: str
    connection: str | None = None
    kind: Literal["renewable"] = "renewable"
    ceilings: ClassVar[tuple[str, ...]] = ("p_ceiling_mw",)

    def faults(self) -> list[str]:
        """Return what is contradictory in the fields."""
        return [] if self.p_rated_mw <= self.s_max_mva else ["p_rated_mw must not be above s_max_mva"]

    def controls(self) -> dict[str, Span]:
        """Return output and reactive power."""
        return {"p_mw": Span(0.0, self.p_rated_mw), "q_mvar": Span(-self.s_max_mva, self.s_max_mva)}

    def inputs(self) -> dict[str, str]:
        """Return the column of the available power (per unit of p_rated_mw), and that of the breaker if there is one."""
        return {"available_pu": self.profile, **connected(self.connection)}

    def asks(self) -> dict[str, Span]:
        """Return a ceiling of the output, and reactive power."""
        controls = self.controls()
        return {"p_ceiling_mw": controls["p_mw"], "q_mvar": controls["q_mvar"]}

    def ask_of(self, u: Values) -> dict[str, Number]:
        """Return the output as its own ceiling."""
        return {"p_ceiling_mw": u.p_mw, "q_mvar": u.q_mvar}

    def inject(self, u: Values, w: Values) -> tuple[Number, Number]:
        """Return the output; of the reactive power what the breaker lets through."""
        return u.p_mw, u.q_mvar if self.connection is None else u.q_mvar * w.connection

    def limits(self, x: Values, u: Values, w: Values, dt_h: float) -> tuple[Row, ...]:  # noqa: ARG002
        """Return the available power and the inverter disc."""
        most_mw = self.p_rated_mw * w.available_pu
        return (
            Le("available power", u.p_mw, most_mw if self.connection is None else most_mw * w.connection),
            Cone("inverter", (u.p_mw, u.q_mvar), self.s_max_mva),
        )

    def settle(self, x: Values, ask: Values, w: Values, dt_h: float) -> dict[str, Number]:
        """Take what is available below the ceiling, then the nearest reactive power."""
        u: dict[str, Number] = {"p_mw": 0.0, "q_mvar": 0.0}
        low, high = reach(self, x, u, w, dt_h, "p_mw")
        u["p_mw"] = np.minimum(np.maximum(ask.p_ceiling_mw, low), high)
        low, high = reach(self, x, u, w, dt_h, "q_mvar")
        u["q_mvar"] = np.minimum(np.maximum(ask.q_mvar, low), high)
        return u
