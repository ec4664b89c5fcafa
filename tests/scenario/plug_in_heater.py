"""A device that gridbench does not know: a heated tank at a bus."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gridbench.physics.quantities import NonNegative, Positive
from gridbench.physics.reach import reach
from gridbench.physics.terms import Device, Le, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Heater(Device):
    """Heats a tank that leaks a share of its heat an hour, the faster the colder it is outside; heat must be back at night."""

    name: str
    bus: str
    power_mw: Positive
    heat_mwh: Positive
    leak_per_h: NonNegative = 0.02
    outside: str = "temperature_c"
    missing_usd_per_mwh: Positive = 100.0
    kind: Literal["heater"] = "heater"

    def faults(self):
        return ["the tank must not leak all within an hour"] if self.leak_per_h >= 1.0 else []

    def controls(self):
        return {"p_mw": Span(0.0, self.power_mw)}

    def states(self):
        return {"heat_mwh": Span(0.0, self.heat_mwh)}

    def initial(self):
        return {"heat_mwh": 0.5 * self.heat_mwh}

    def inputs(self):
        return {"outside_c": self.outside}

    def asks(self):
        return self.controls()

    def inject(self, u, w):  # noqa: ARG002
        return -u.p_mw, 0.0

    def advance(self, x, u, w, dt_h):
        leak = self.leak_per_h * (1.4 - 0.01 * w.outside_c)
        return {"heat_mwh": x.heat_mwh * (1.0 - dt_h * leak) + dt_h * u.p_mw}

    def closing(self):
        return {"missing_mwh": Span(0.0, self.heat_mwh)}

    def closing_limits(self, first, last, slack):
        return (Le("heat returned", first.heat_mwh - last.heat_mwh, slack.missing_mwh),)

    def closing_cost(self, slack):
        return {"missing_energy": self.missing_usd_per_mwh * slack.missing_mwh}

    def settle(self, x, ask, w, dt_h):
        low, high = reach(self, x, {"p_mw": 0.0}, w, dt_h, "p_mw")
        return {"p_mw": np.minimum(np.maximum(ask.p_mw, low), high)}
