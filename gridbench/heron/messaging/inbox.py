"""Inbox: the newest message on every link, as one array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.heron.messaging.kind import Kind
    from gridbench.heron.streams import Array, Mask


@dataclass(frozen=True, slots=True)
class Link:
    """A kind of message that a sender sends to a receiver, and its columns in the inbox."""

    index: int
    sender: str
    receiver: str
    kind: Kind
    begin: int

    @property
    def columns(self) -> slice:
        """Where its payload stands."""
        return slice(self.begin, self.begin + len(self.kind))

    @property
    def names(self) -> tuple[str, ...]:
        """What an observation calls its numbers: sender>kind.field."""
        return tuple(f"{self.sender}>{self.kind.name}.{field}" for field in self.kind.fields)


class Inbox:
    """Payloads (environments, numbers), zero until the first message, which links have received one, and how often each did."""

    def __init__(self, links: Sequence[Link], batch: int) -> None:
        """Begin empty."""
        self.values: Array = np.zeros((batch, sum(len(link.kind) for link in links)))
        self.received: Mask = np.zeros((batch, len(links)), dtype=bool)
        self.news = [0] * len(links)

    def copy(self) -> Inbox:
        """Return an inbox with the same messages."""
        other = Inbox((), 0)
        other.values, other.received = self.values.copy(), self.received.copy()
        other.news = self.news.copy()
        return other

    def put(self, link: Link, payload: Array) -> Mask:
        """Keep the finite rows of a payload and return which they are; the others leave what was there."""
        good = np.asarray(np.isfinite(payload).all(axis=1))
        self.values[:, link.columns] = np.where(good[:, None], payload, self.values[:, link.columns])
        self.received[:, link.index] |= good
        self.news[link.index] += 1
        return good

    def read(self, link: Link) -> tuple[Array, Mask]:
        """Return the payload (environments, numbers) and where there has been one."""
        return self.values[:, link.columns].copy(), self.received[:, link.index].copy()
