"""PeerToPeerTradingProtocol: members trade with each other in a double auction."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.agents.hooks import writes
from gridbench.heron.errors import refuse
from gridbench.heron.messaging.kind import TRADE, Kind, offer_kind
from gridbench.heron.protocols.auction import clear
from gridbench.heron.protocols.protocol import Group, Protocol, Reports

if TYPE_CHECKING:
    from gridbench.heron.observation import Observation
    from gridbench.heron.streams import Array


class PeerToPeerTradingProtocol(Protocol):
    """Horizontal: members that write `offer` trade; those that write `answer_trade` then do it, others hear of it."""

    def __init__(self, fee: float = 0.0, blocks: int = 1) -> None:
        """Hold the fee (money a traded unit, shared by both sides) and the blocks of an offer; raise DeclarationError."""
        faults = [] if fee >= 0 and math.isfinite(fee) else [f"fee: {fee} is not a finite number from 0"]
        refuse(self.name, faults + ([] if blocks >= 1 else [f"blocks: {blocks} is below 1"]))
        self.fee, self.blocks = fee, blocks
        self.kind = offer_kind(blocks)

    def traders(self, group: Group) -> list[str]:
        """Return the members that trade."""
        return [name for name, member in group.members.items() if writes(member, "offer")]

    def faults(self, group: Group) -> list[str]:
        """Return a fault unless two members trade, and for policies never asked."""
        few = len(self.traders(group)) < 2
        who = ", ".join(group.members)
        text = f"agent {group.head.name}: protocol: {self.name} needs two members that write offer, among {who}"
        return ([text] if few else []) + self.deaf(group)

    def up(self, group: Group, member: str) -> Kind | None:
        """Return the kind of an offer."""
        return self.kind if writes(group.members[member], "offer") else None

    def down(self, group: Group, member: str) -> Kind | None:
        """Return the kind of a trade."""
        return TRADE if writes(group.members[member], "offer") else None

    def report(self, group: Group, member: str, observation: Observation) -> Array:
        """Return the member's offer."""
        return group.members[member].offer(observation)

    def announce(self, group: Group, head: Array, reports: Reports) -> dict[str, Array]:  # noqa: ARG002
        """Return each trader's quantity sold, the price, and its payment after the fee; unheard members trade nothing."""
        traders = self.traders(group)
        quantity = np.concatenate([np.where(reports[n][1][:, None], reports[n][0][:, 0::2], 0.0) for n in traders], axis=1)
        limit = np.concatenate([reports[name][0][:, 1::2] for name in traders], axis=1)
        done = clear(quantity, limit, self.fee)
        said = {}
        for i, name in enumerate(traders):
            sold, paid = np.zeros(len(done.price)), np.zeros(len(done.price))
            for block in range(i * self.blocks, (i + 1) * self.blocks):
                sold, paid = sold + done.sold[:, block], paid + done.paid[:, block]
            said[name] = np.stack([sold, done.price, paid], axis=1)
        return said

    def directs(self, group: Group, member: str) -> bool:
        """Return whether the member trades and answers its trade by a rule."""
        agent = group.members[member]
        return len(group.specs[member]) > 0 and writes(agent, "offer") and writes(agent, "answer_trade")

    def answer(self, group: Group, member: str, payload: Array, observation: Observation) -> Array:
        """Return the member's answer to its trade."""
        return group.members[member].answer_trade(payload[:, 0], payload[:, 1], observation)
