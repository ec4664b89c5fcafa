"""Reading: a field of the grid's state, and where its number comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.feature import Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LIMIT = 5.0
"""Observed numbers are clipped to [-LIMIT, LIMIT]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Field):
    """A field whose value in its unit is `offset + scale * observed`; `source` names the number in the environment's arrays."""

    source: str = ""

    def value(self, observed: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the value in its unit of observed numbers of any shape."""
        return self.offset + self.scale * np.asarray(observed, dtype=np.float64)


def table(fields: Sequence[Field]) -> str:
    """Return a markdown table of fields: index, name, unit, offset, scale, meaning."""
    rows = ["| # | field | unit | offset | scale | meaning |", "|--:|---|---|--:|--:|---|"]
    rows += [
        f"| {i} | {f.name} | {f.unit or '1'} | {f.offset:g} | {f.scale:g} | {f.meaning} |" for i, f in enumerate(fields)
    ]
    return "\n".join(rows)
