"""A battery behind an inverter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gridbench.physics.devices.breaker import connected
from gridbench.physics.quantities import NonNegative, Positive, PositiveShare, Share  # noqa: TC001 - scenario files are read by these types
from gridbench.physics.reach import reach
from gridbench.physics.terms import Cone, Device, Le, Number, Row, Span, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage(Device):
    """A storage with two efficiencies, an energy band, wear, an inverter disc, and a charge-or-discharge mode.

    Energy that is missing at the end of the day against its start is priced; energy left over earns nothing. `connection` may
    name a column of its breaker (1 closed, 0 open): while that is open it keeps its energy, and nothing reaches the bus.
    """

    name: str
    bus: str
    power_mw: Positive
    s_max_mva: Positive
    energy_mwh: Positive
    efficiency_in: PositiveShare = 0.95
    efficiency_out: PositiveShare = 0.95
    energy_share_min: Share = 0.1
    energy_share_max: Share = 0.9
    energy_share_initial: Share = 0.5
    wear_usd_per_mwh: NonNegative = 0.0
    missing_usd_per_mwh: NonNegative
    connection: str | None = None
    kind: Literal["storage"] = "storage"

    def faults(self) -> list[str]:
        """Return what is contradictory in the fields."""
        rules = {
            "energy_share_min <= energy_share_initial <= energy_share_max must hold": (
                self.energy_share_min <= self.energy_share_initial <= self.energy_share_max
            ),
            "power_mw must not be above s_max_mva": self.power_mw <= self.s_max_mva,
        }
        return [rule for rule, holds in rules.items() if not holds]

    def controls(self) -> dict[str, Span]:
        """Return charge, discharge, reactive power and mode (1 while charging)."""
        return {
            "charge_mw": Span(0.0, self.power_mw),
            "discharge_mw": Span(0.0, self.power_mw),
            "q_mvar": Span(-self.s_max_mva, self.s_max_mva),
            "charging": Span(0, 1, integer=True),
        }

    def states(self) -> dict[str, Span]:
        """Return the stored energy."""
        return {"energy_mwh": Span(self.energy_share_min * self.energy_mwh, self.energy_share_max * self.energy_mwh)}

    def initial(self) -> dict[str, float]:
        """Return the stored energy at the start of the day."""
        return {"energy_mwh": self.energy_share_initial * self.energy_mwh}

    def inputs(self) -> dict[str, str]:
        """Return the column of the breaker if there is one."""
        return connected(self.connection)

    def asks(self) -> dict[str, Span]:
        """Return net power (discharge positive) and reactive power."""
        return {"p_mw": Span(-self.power_mw, self.power_mw), "q_mvar": self.controls()["q_mvar"]}

    def ask_of(self, u: Values) -> dict[str, Number]:
        """Return the net power and the reactive power of the controls."""
        return {"p_mw": u.discharge_mw - u.charge_mw, "q_mvar": u.q_mvar}

    def inject(self, u: Values, w: Values) -> tuple[Number, Number]:
        """Return the net output; of the reactive power what the breaker lets through."""
        return u.discharge_mw - u.charge_mw, u.q_mvar if self.connection is None else u.q_mvar * w.connection

    def advance(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Charge and discharge with their efficiencies."""
        flow_mw = self.efficiency_in * u.charge_mw - u.discharge_mw / self.efficiency_out
        return {"energy_mwh": x.energy_mwh + dt_h * flow_mw}

    def limits(self, x: Values, u: Values, w: Values, dt_h: float) -> tuple[Row, ...]:  # noqa: ARG002
        """Return the mode and the inverter disc."""
        power_mw = self.power_mw if self.connection is None else self.power_mw * w.connection
        return (
            Le("charges in charging mode only", u.charge_mw, power_mw * u.charging),
            Le("discharges in discharging mode only", u.discharge_mw, power_mw * (1.0 - u.charging)),
            Cone("inverter", (u.discharge_mw - u.charge_mw, u.q_mvar), self.s_max_mva),
        )

    def cost(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Return the wear."""
        return {"wear": dt_h * self.wear_usd_per_mwh * (u.charge_mw + u.discharge_mw)}

    def closing(self) -> dict[str, Span]:
        """Return the energy missing at the end of the day."""
        return {"missing_mwh": Span(0.0, self.energy_mwh)}

    def closing_limits(self, first: Values, last: Values, slack: Values) -> tuple[Row, ...]:
        """Return the energy balance of the day."""
        return (Le("energy returned", first.energy_mwh - last.energy_mwh, slack.missing_mwh),)

    def closing_cost(self, slack: Values) -> dict[str, Number]:
        """Return the price of the missing energy."""
        return {"missing_energy": self.missing_usd_per_mwh * slack.missing_mwh}

    def settle(self, x: Values, ask: Values, w: Values, dt_h: float) -> dict[str, Number]:
        """Take the nearest power that band and rating allow, then the nearest reactive power."""
        rest: dict[str, Number] = {"charge_mw": 0.0, "discharge_mw": 0.0, "q_mvar": 0.0}
        most_in = reach(self, x, {**rest, "charging": 1.0}, w, dt_h, "charge_mw")[1]
        most_out = reach(self, x, {**rest, "charging": 0.0}, w, dt_h, "discharge_mw")[1]
        charge_mw = np.minimum(np.maximum(-ask.p_mw, 0.0), np.maximum(most_in, 0.0))
        u = {
            "charge_mw": charge_mw,
            "discharge_mw": np.minimum(np.maximum(ask.p_mw, 0.0), np.maximum(most_out, 0.0)),
            "q_mvar": 0.0,
            "charging": np.where(charge_mw > 0.0, 1.0, 0.0),
        }
        low, high = reach(self, x, u, w, dt_h, "q_mvar")
        u["q_mvar"] = np.minimum(np.maximum(ask.q_mvar, low), high)
        return u
