"""Kind: the type of a message, by the names of its numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A message's type: a name and the names of its payload's numbers, in units that the sender states."""

    name: str
    fields: tuple[str, ...]

    def __len__(self) -> int:
        """Return the length of the payload."""
        return len(self.fields)


PRICE = Kind("price", ("price",))
TRADE = Kind("trade", ("quantity", "price", "payment"))
ESTIMATE = Kind("estimate", ("value",))
AGREEMENT = Kind("agreement", ("value", "spread", "iterations"))


def offer_kind(blocks: int) -> Kind:
    """Return the kind of an offer of so many blocks."""
    return Kind("offer", tuple(f"{what}_{block}" for block in range(blocks) for what in ("quantity", "price")))
