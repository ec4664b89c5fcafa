"""A load that may be put off and caught up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge

from gridbench.physics.devices.load import PEAK_PU
from gridbench.physics.quantities import NonNegative, Positive, Share  # noqa: TC001 - scenario files are read by these types
from gridbench.physics.reach import reach
from gridbench.physics.terms import Device, Le, Number, Row, Span, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class FlexibleLoad(Device):
    """A demand that follows a series, a part of which may be served later or ahead, at constant power factor.

    It consumes between `share_min` and `share_max` of its profile; what is put off is owed, up to `shift_mwh`, and as much may be
    served ahead. A debt or an advance fades at `fades_per_h` (a room warms or cools by itself). What is owed at the end of the
    day is priced; what is served ahead then earns nothing.
    """

    name: str
    bus: str
    p_mw: Positive
    q_mvar: float = 0.0
    profile: str
    share_min: Share = 0.5
    share_max: Annotated[float, Ge(1)] = 1.5
    shift_mwh: Positive
    fades_per_h: Share = 0.0
    discomfort_usd_per_mwh: NonNegative = 0.0
    missing_usd_per_mwh: NonNegative
    lost_load_usd_per_mwh: Positive
    kind: Literal["flexible_load"] = "flexible_load"

    def controls(self) -> dict[str, Span]:
        """Return the power that is put off, and that which is caught up or served ahead."""
        return {"later_mw": Span(0.0, np.inf), "sooner_mw": Span(0.0, np.inf)}

    def states(self) -> dict[str, Span]:
        """Return the energy that is owed, negative where it was served ahead."""
        return {"owed_mwh": Span(-self.shift_mwh, self.shift_mwh)}

    def initial(self) -> dict[str, float]:
        """Return no debt."""
        return {"owed_mwh": 0.0}

    def inputs(self) -> dict[str, str]:
        """Return the column of the demand (per unit of p_mw and q_mvar)."""
        return {"demand_pu": self.profile}

    def asks(self) -> dict[str, Span]:
        """Return the power to put off, negative to catch up or to serve ahead."""
        most_mw = PEAK_PU * self.p_mw
        return {"later_mw": Span((1.0 - self.share_max) * most_mw, (1.0 - self.share_min) * most_mw)}

    def ask_of(self, u: Values) -> dict[str, Number]:
        """Return what is put off less what is caught up."""
        return {"later_mw": u.later_mw - u.sooner_mw}

    def demand(self, w: Values) -> Number:
        """Return the demand of the profile."""
        return self.p_mw * w.demand_pu

    def inject(self, u: Values, w: Values) -> tuple[Number, Number]:
        """Return minus the demand that is served now."""
        change_mw = u.later_mw - u.sooner_mw
        return change_mw - self.demand(w), change_mw * (self.q_mvar / self.p_mw) - self.q_mvar * w.demand_pu

    def advance(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Let the debt fade, and add what is put off."""
        return {"owed_mwh": x.owed_mwh * (1.0 - dt_h * self.fades_per_h) + dt_h * (u.later_mw - u.sooner_mw)}

    def limits(self, x: Values, u: Values, w: Values, dt_h: float) -> tuple[Row, ...]:  # noqa: ARG002
        """Return the share of the demand that may be put off, and what may be served beside it."""
        return (
            Le("least consumption", u.later_mw, (1.0 - self.share_min) * self.demand(w)),
            Le("most consumption", u.sooner_mw, (self.share_max - 1.0) * self.demand(w)),
        )

    def cost(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Return the discomfort of energy served at another time, half of it when it is put off and half when it is caught up."""
        return {"wear": dt_h * (0.5 * self.discomfort_usd_per_mwh) * (u.later_mw + u.sooner_mw)}

    def blackout_cost(self, w: Values, dt_h: float) -> Number:
        """Return the value of the demand of the profile."""
        return dt_h * self.lost_load_usd_per_mwh * self.demand(w)

    def closing(self) -> dict[str, Span]:
        """Return the energy owed at the end of the day."""
        return {"missing_mwh": Span(0.0, self.shift_mwh)}

    def closing_limits(self, first: Values, last: Values, slack: Values) -> tuple[Row, ...]:
        """Return the energy balance of the day."""
        return (Le("demand caught up", last.owed_mwh - first.owed_mwh, slack.missing_mwh),)

    def closing_cost(self, slack: Values) -> dict[str, Number]:
        """Return the price of the energy owed."""
        return {"missing_energy": self.missing_usd_per_mwh * slack.missing_mwh}

    def settle(self, x: Values, ask: Values, w: Values, dt_h: float) -> dict[str, Number]:
        """Put off or catch up as asked, within what the profile and the debt allow."""
        rest: dict[str, Number] = {"later_mw": 0.0, "sooner_mw": 0.0}
        most = {name: np.maximum(reach(self, x, rest, w, dt_h, name)[1], 0.0) for name in rest}
        return {
            "later_mw": np.minimum(np.maximum(ask.later_mw, 0.0), most["later_mw"]),
            "sooner_mw": np.minimum(np.maximum(-ask.later_mw, 0.0), most["sooner_mw"]),
        }
