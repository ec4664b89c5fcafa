"""Message: numbers of a kind from one agent to another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.errors import UnknownName
from gridbench.heron.errors import MessageRefused

if TYPE_CHECKING:
    from gridbench.heron.messaging.kind import Kind


@dataclass(frozen=True, slots=True)
class Message:
    """One message of one environment; `sent_ns` counts from the episode's start, `number` within its environment."""

    environment: str
    sender: str
    receiver: str
    kind: Kind
    payload: tuple[float, ...]
    sent_ns: int = 0
    number: int = 0

    def __getitem__(self, field: str) -> float:
        """Return one number of the payload; raise UnknownName if its kind has none of this name."""
        if field not in self.kind.fields:
            raise UnknownName(f"field of a {self.kind.name} message", field, self.kind.fields)
        return self.payload[self.kind.fields.index(field)]

    def check(self) -> None:
        """Raise MessageRefused, naming sender and field, unless the payload is finite and as long as its kind says."""
        where = f"agent {self.sender}"
        if len(self.payload) != len(self.kind):
            raise MessageRefused(where, [f"{self.kind.name}: {len(self.payload)} numbers for {len(self.kind)} fields"])
        pairs = zip(self.kind.fields, self.payload, strict=True)
        faults = [f"{self.kind.name}.{field}: {value} is not finite" for field, value in pairs if not math.isfinite(value)]
        if faults:
            raise MessageRefused(where, faults)
