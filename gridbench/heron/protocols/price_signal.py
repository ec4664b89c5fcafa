"""PriceSignalProtocol: one price for all, answered by each member's own marginal rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.action_spec import Span
from gridbench.heron.agents.hooks import writes
from gridbench.heron.messaging.kind import PRICE
from gridbench.heron.protocols.protocol import Group, Protocol, Reports

if TYPE_CHECKING:
    from gridbench.heron.action_spec import Part
    from gridbench.heron.messaging.kind import Kind
    from gridbench.heron.observation import Observation
    from gridbench.heron.streams import Array


class PriceSignalProtocol(Protocol):
    """Vertical: the head decides a price between lo and hi; members that can act write `answer_price`."""

    def __init__(self, lo: float, hi: float, unit: str = "") -> None:
        """Hold the bounds of the price, in its unit."""
        self.lo, self.hi, self.unit = lo, hi, unit

    def faults(self, group: Group) -> list[str]:
        """Return a fault for each member that can act and does not answer prices, and for policies never asked."""
        silent = [name for name, member in group.members.items() if len(group.specs[name]) and not writes(member, "answer_price")]
        faults = [f"agent {name}: answer_price: not written, and {self.name} of {group.head.name} needs it" for name in silent]
        if not any(len(spec) for spec in group.specs.values()):
            faults.append(f"agent {group.head.name}: protocol: {self.name} has no member that can act")
        return faults + self.deaf(group)

    def head_parts(self, group: Group) -> tuple[Part, ...]:  # noqa: ARG002
        """Return the price."""
        return (Span("price", self.lo, self.hi, self.unit),)

    def down(self, group: Group, member: str) -> Kind | None:  # noqa: ARG002
        """Return the kind of a price."""
        return PRICE

    def announce(self, group: Group, head: Array, reports: Reports) -> dict[str, Array]:  # noqa: ARG002
        """Return the same price for every member."""
        return dict.fromkeys(group.members, head)

    def directs(self, group: Group, member: str) -> bool:
        """Return True for every member that can act."""
        return len(group.specs[member]) > 0

    def answer(self, group: Group, member: str, payload: Array, observation: Observation) -> Array:
        """Return the member's answer to the price."""
        return group.members[member].answer_price(payload[:, 0], observation)


def quadratic_answer(price: Array, square: float, linear: float) -> Array:
    """Return the quantity at which the marginal cost 2 square x + linear meets the price; unbounded, `square` above 0."""
    return (np.asarray(price) - linear) / (2.0 * square)
