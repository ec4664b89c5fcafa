"""One published figure beside the one computed here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """A line of the table: figures in `unit`, how far they may differ, how the computed one is certified, and what it belongs to.

    `proved` is whether the certificate holds: a figure that is right by chance does not agree.
    """

    item: str
    unit: str
    published: float
    computed: float
    tolerance: float
    certified: str
    solution: str = ""
    proved: bool = True
    seconds: float = 0.0

    @property
    def difference(self) -> float:
        """Computed less published."""
        return self.computed - self.published

    @property
    def agrees(self) -> bool:
        """Whether the figures agree within the tolerance and the certificate holds."""
        return self.proved and abs(self.difference) <= self.tolerance

    def document(self) -> dict[str, Any]:
        """Return the line for machines."""
        return asdict(self) | {"difference": self.difference, "agrees": self.agrees}

    def cells(self) -> tuple[str, ...]:
        """Return the line for readers."""
        printed, places = f"{self.published:.2f}", 5 if self.unit == "pu" else 4
        return (
            self.item,
            f"{printed if float(printed) == self.published else format(self.published, 'g')} {self.unit}",
            f"{self.computed:.{places}f}",
            f"{self.difference:+z.{places}f}",
            "yes" if self.agrees else "NO",
            f"{self.seconds:.2f}",
            self.certified if self.proved else f"NOT PROVED: {self.certified}",
        )
