"""State: the values of all fields of all agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.errors import refuse

if TYPE_CHECKING:
    from gridbench.heron.layout import Layout
    from gridbench.heron.streams import Array


class State:
    """Values of shape (environments, slots) under a layout; no agent holds one, the proxy hands out parts."""

    def __init__(self, layout: Layout, values: Array) -> None:
        """Hold a copy of the values, each in its field's unit."""
        self.layout = layout
        self.values = np.array(values, dtype=float)

    def get(self, path: str) -> Array:
        """Return agent/feature.field, one number an environment; raise UnknownName if there is none."""
        column: Array = self.values[:, self.layout.column(path)].copy()
        return column

    def set(self, path: str, value: Array | float) -> None:
        """Set agent/feature.field in its unit; raise DeclarationError outside its bounds, UnknownName if there is none."""
        column = self.layout.column(path)
        field = self.layout.slots[column].field
        wrong = ~((np.asarray(value) >= field.lo) & (np.asarray(value) <= field.hi))
        if wrong.any():
            refuse("state", [f"{path}: {value} is outside [{field.lo:g}, {field.hi:g}]"])
        self.values[:, column] = value
