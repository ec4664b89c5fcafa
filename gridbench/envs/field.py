"""Fields: what each number of an observation means, and how it was scaled."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LIMIT = 5.0
"""Observed numbers are clipped to [-LIMIT, LIMIT]."""


class Field(NamedTuple):
    """One number of an observation: the value in its unit is `offset + scale * observed`."""

    name: str
    unit: str
    scale: float
    offset: float
    meaning: str = ""

    def value(self, observed: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the value in its unit of observed numbers of any shape."""
        return self.offset + self.scale * np.asarray(observed, dtype=np.float64)


def table(fields: Sequence[Field]) -> str:
    """Return a markdown table of fields: index, name, unit, offset, scale, meaning."""
    rows = ["| # | field | unit | offset | scale | meaning |", "|--:|---|---|--:|--:|---|"]
    rows += [f"| {i} | {f.name} | {f.unit} | {f.offset:g} | {f.scale:g} | {f.meaning} |" for i, f in enumerate(fields)]
    return "\n".join(rows)
