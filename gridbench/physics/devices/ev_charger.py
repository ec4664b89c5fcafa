"""A charging point for electric cars, or a fleet of them at one bus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from gridbench.physics.quantities import Positive, PositiveShare  # noqa: TC001 - scenario files are read by these types
from gridbench.physics.reach import reach
from gridbench.physics.terms import Cone, Device, Le, Number, Row, Span, Values

DAY_H = 24.0
"""What cars ask for at once is at most what rated power charges in so many hours: no car stays past midnight in a series."""


def positive(number: Number) -> Number:
    """Return a number of the weather where it is above zero, else zero: a forecast may let leave what nobody asked for."""
    return 0.5 * (number + (number**2) ** 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvCharger(Device):
    """Cars come, ask for energy and leave; what a car lacks when it leaves is unmet, priced and written off.

    All cars together are one backlog of energy asked and not yet charged, between two envelopes: none is charged that nobody
    asked for, and after a step no more is left than those ask for that stay. Whoever leaves first is served first, and the power
    of all plugged chargers is looked at, not that of each. `cars` begins the names of the four columns that tell of them:

    | column | meaning | unit |
    |---|---|---|
    | `<cars>_plugged` | power that the plugged cars can take | pu of power_mw |
    | `<cars>_arriving` | energy asked by cars that come in the step, an hour | pu of power_mw |
    | `<cars>_due` | energy due to cars that leave by the end of the step, an hour | pu of power_mw |
    | `<cars>_asked` | energy asked by all cars of the step: those from before it and those that come | h at power_mw, <= 24 |

    A day begins and ends without cars, so that a car that stays over midnight asks anew. Energy is charged with `efficiency`.
    Charges at power factor 1, unless `s_max_mva` rates a converter that gives reactive power beside. A car that comes to a
    dark bus is turned away: what it asks is unmet. What is still asked when an episode ends before the cars leave is missing.
    """

    name: str
    bus: str
    power_mw: Positive
    efficiency: PositiveShare = 0.95
    s_max_mva: Positive | None = None
    cars: str
    unmet_usd_per_mwh: Positive
    kind: Literal["ev_charger"] = "ev_charger"
    ceilings: ClassVar[tuple[str, ...]] = ("charge_ceiling_mw",)

    def faults(self) -> list[str]:
        """Return what is contradictory in the fields."""
        fits = self.s_max_mva is None or self.power_mw <= self.s_max_mva
        return [] if fits else ["power_mw must not be above s_max_mva"]

    def controls(self) -> dict[str, Span]:
        """Return charging power, the energy that leaving cars lack, whether they lack any, and reactive power if any is given."""
        found = {
            "charge_mw": Span(0.0, self.power_mw),
            "unmet_mwh": Span(0.0, 2.0 * DAY_H * self.power_mw),  # all that is asked, and all that comes
            "short": Span(0, 1, integer=True),
        }
        return found if self.s_max_mva is None else {**found, "q_mvar": Span(-self.s_max_mva, self.s_max_mva)}

    def states(self) -> dict[str, Span]:
        """Return the energy that plugged cars ask for and have not got."""
        return {"backlog_mwh": Span(0.0, DAY_H * self.power_mw)}

    def initial(self) -> dict[str, float]:
        """Return a charger without cars."""
        return {"backlog_mwh": 0.0}

    def inputs(self) -> dict[str, str]:
        """Return the columns of the cars (per unit of power_mw, and hours at it)."""
        return {
            "plugged_pu": f"{self.cars}_plugged",
            "arriving_pu": f"{self.cars}_arriving",
            "due_pu": f"{self.cars}_due",
            "asked_h": f"{self.cars}_asked",
        }

    def asks(self) -> dict[str, Span]:
        """Return a ceiling of the charging power, and reactive power if any is given."""
        controls = self.controls()
        reactive = {} if self.s_max_mva is None else {"q_mvar": controls["q_mvar"]}
        return {"charge_ceiling_mw": controls["charge_mw"], **reactive}

    def ask_of(self, u: Values) -> dict[str, Number]:
        """Return the charging power as its own ceiling."""
        reactive = {} if self.s_max_mva is None else {"q_mvar": u.q_mvar}
        return {"charge_ceiling_mw": u.charge_mw, **reactive}

    def inject(self, u: Values, w: Values) -> tuple[Number, Number]:  # noqa: ARG002
        """Return minus the charging power, and the reactive power."""
        return -u.charge_mw, 0.0 if self.s_max_mva is None else u.q_mvar

    def advance(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:
        """Add what is asked, take off what is charged and what is written off."""
        flow_mw = self.power_mw * w.arriving_pu - self.efficiency * u.charge_mw
        return {"backlog_mwh": x.backlog_mwh + dt_h * flow_mw - u.unmet_mwh}

    def limits(self, x: Values, u: Values, w: Values, dt_h: float) -> tuple[Row, ...]:
        """Return the plugged power, what those that stay ask for, the mode, and the converter's disc.

        The mode keeps a write-off to cars that leave: where any is written off, those that stay are left with all they asked for.
        """
        after_mwh = self.advance(x, u, w, dt_h)["backlog_mwh"]
        staying_mwh = self.power_mw * positive(w.asked_h - dt_h * w.due_pu)
        most_mwh = self.power_mw * (DAY_H + dt_h * w.arriving_pu)
        rows: tuple[Row, ...] = (
            Le("power of plugged cars", u.charge_mw, self.power_mw * w.plugged_pu),
            Le("asked by cars that stay", after_mwh, staying_mwh),
            Le("unmet where cars are short", u.unmet_mwh, most_mwh * u.short),
            Le("short where cars leave", staying_mwh * u.short, after_mwh),
        )
        return rows if self.s_max_mva is None else (*rows, Cone("converter", (u.charge_mw, u.q_mvar), self.s_max_mva))

    def cost(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Return the price of the energy that leaving cars lack."""
        return {"unserved": self.unmet_usd_per_mwh * u.unmet_mwh}

    def demand(self, w: Values) -> Number:
        """Return what is asked and turned away while the bus is dark."""
        return self.power_mw * w.arriving_pu

    def blackout_cost(self, w: Values, dt_h: float) -> Number:
        """Return the price of what is turned away; the cars that were there before still wait for theirs."""
        return dt_h * self.unmet_usd_per_mwh * self.demand(w)

    def closing(self) -> dict[str, Span]:
        """Return the energy still asked at the end of the episode."""
        return {"missing_mwh": Span(0.0, DAY_H * self.power_mw)}

    def closing_limits(self, first: Values, last: Values, slack: Values) -> tuple[Row, ...]:
        """Return what is still asked beyond what was at the start."""
        return (Le("charged at the end", last.backlog_mwh - first.backlog_mwh, slack.missing_mwh),)

    def closing_cost(self, slack: Values) -> dict[str, Number]:
        """Return the price of the energy still asked."""
        return {"missing_energy": self.unmet_usd_per_mwh * slack.missing_mwh}

    def settle(self, x: Values, ask: Values, w: Values, dt_h: float) -> dict[str, Number]:
        """Charge what plugged cars take and ask for below the ceiling, write off what leaving ones lack, then reactive power."""
        u: dict[str, Number] = {"charge_mw": 0.0, "unmet_mwh": 0.0, "short": 0.0}
        u |= {} if self.s_max_mva is None else {"q_mvar": 0.0}
        most = np.maximum(reach(self, x, u, w, dt_h, "charge_mw")[1], 0.0)
        u["charge_mw"] = np.minimum(np.maximum(ask.charge_ceiling_mw, 0.0), most)
        u["unmet_mwh"] = reach(self, x, {**u, "short": 1.0}, w, dt_h, "unmet_mwh")[0]
        u["short"] = np.where(u["unmet_mwh"] > 0.0, 1.0, 0.0)
        if self.s_max_mva is not None:
            low, high = reach(self, x, u, w, dt_h, "q_mvar")
            u["q_mvar"] = np.minimum(np.maximum(ask.q_mvar, low), high)
        return u
