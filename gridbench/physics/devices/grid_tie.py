"""The connection to the upstream grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from gridbench.physics.quantities import NonNegative, Positive, PositiveShare  # noqa: TC001 - scenario files are read by these types
from gridbench.physics.terms import Cone, Device, Le, Number, Row, Span, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class GridTie(Device):
    """The slack of the feeder: what the network draws is bought at the price, what it returns is sold at a share of it.

    The price is the series plus `delivery_usd_per_mwh`. The rating is soft: the apparent power above it is priced,
    relative to the rating; above `trip_loading` times the rating the protection opens.
    """

    name: str
    bus: str
    rating_mva: Positive
    price: str
    delivery_usd_per_mwh: NonNegative = 0.0
    sell_factor: PositiveShare = 1.0
    overload_usd_per_h: Positive
    trip_loading: Positive = 3.0
    kind: Literal["grid_tie"] = "grid_tie"
    excesses: ClassVar[tuple[str, ...]] = ("overload",)

    def faults(self) -> list[str]:
        """Return what is contradictory in the fields."""
        return [] if self.trip_loading > 1.0 else ["trip_loading must be above 1"]

    def controls(self) -> dict[str, Span]:
        """Return import, export, mode (1 while importing), reactive power and the relative overload."""
        most = self.rating_mva * self.trip_loading
        return {
            "import_mw": Span(0.0, most),
            "export_mw": Span(0.0, most),
            "importing": Span(0, 1, integer=True),
            "q_mvar": Span(-most, most),
            "overload": Span(0.0, self.trip_loading - 1.0),
        }

    def inputs(self) -> dict[str, str]:
        """Return the column of the price (usd/MWh)."""
        return {"price_usd_per_mwh": self.price}

    def buy_usd_per_mwh(self, w: Values) -> Number:
        """Return the price of energy bought."""
        return w.price_usd_per_mwh + self.delivery_usd_per_mwh

    def sell_usd_per_mwh(self, w: Values) -> Number:
        """Return the price of energy sold."""
        return self.sell_factor * self.buy_usd_per_mwh(w)

    def inject(self, u: Values, w: Values) -> tuple[Number, Number]:  # noqa: ARG002
        """Return what the grid feeds into the root bus."""
        return u.import_mw - u.export_mw, u.q_mvar

    def limits(self, x: Values, u: Values, w: Values, dt_h: float) -> tuple[Row, ...]:  # noqa: ARG002
        """Return the mode and the rating."""
        most = self.rating_mva * self.trip_loading
        return (
            Le("imports in importing mode only", u.import_mw, most * u.importing),
            Le("exports in exporting mode only", u.export_mw, most * (1.0 - u.importing)),
            Cone("rating", (u.import_mw - u.export_mw, u.q_mvar), self.rating_mva * (1.0 + u.overload)),
        )

    def cost(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Return energy bought and sold, and the priced overload."""
        return {
            "import": dt_h * self.buy_usd_per_mwh(w) * u.import_mw,
            "export": -dt_h * self.sell_usd_per_mwh(w) * u.export_mw,
            "tie_overload": dt_h * self.overload_usd_per_h * u.overload,
        }

    def settle(self, x: Values, ask: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Carry the balance (p_mw, q_mvar) that the network leaves at its root."""
        apparent = np.sqrt(ask.p_mw * ask.p_mw + ask.q_mvar * ask.q_mvar)
        return {
            "import_mw": np.maximum(ask.p_mw, 0.0),
            "export_mw": np.maximum(-ask.p_mw, 0.0),
            "importing": np.where(ask.p_mw < 0.0, 0.0, 1.0),
            "q_mvar": ask.q_mvar,
            "overload": np.maximum(apparent / self.rating_mva - 1.0, 0.0),
        }
