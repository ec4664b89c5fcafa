"""What a device with integer positions has in common: a position that moves at a price."""

from __future__ import annotations

import numpy as np

from gridbench.physics.terms import Device, Eq, Number, Row, Span, Values


class Stepped(Device):
    """A device whose one decision is an integer position between two ends, each step of movement priced."""

    __slots__ = ()

    def positions(self) -> Span:
        """Return the range of positions."""
        raise NotImplementedError

    def initial_position(self) -> int:
        """Return the position at the start of the day."""
        raise NotImplementedError

    def move_usd(self) -> float:
        """Return the price of one step of movement."""
        raise NotImplementedError

    def controls(self) -> dict[str, Span]:
        """Return the position, and the steps up and down that lead to it."""
        span = self.positions()
        return {"position": span, "raised": Span(0, span.hi - span.lo), "lowered": Span(0, span.hi - span.lo)}

    def states(self) -> dict[str, Span]:
        """Return the position of the step before."""
        span = self.positions()
        return {"position": Span(span.lo, span.hi)}

    def initial(self) -> dict[str, float]:
        """Return the position at the start of the day."""
        return {"position": float(self.initial_position())}

    def asks(self) -> dict[str, Span]:
        """Return the position."""
        return {"position": self.positions()}

    def advance(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Stay where it was put."""
        return {"position": u.position}

    def limits(self, x: Values, u: Values, w: Values, dt_h: float) -> tuple[Row, ...]:  # noqa: ARG002
        """Return the movement."""
        return (Eq("movement", u.position - x.position, u.raised - u.lowered),)

    def cost(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Return the price of the movement."""
        return {"switching": self.move_usd() * (u.raised + u.lowered)}

    def settle(self, x: Values, ask: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Go to the nearest position."""
        span = self.positions()
        position = np.rint(np.minimum(np.maximum(ask.position, span.lo), span.hi))
        moved = position - x.position
        return {"position": position, "raised": np.maximum(moved, 0.0), "lowered": np.maximum(-moved, 0.0)}
