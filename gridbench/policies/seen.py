"""Reading an observation by the names of its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.heron.feature import Field

Floats = NDArray[np.float64]
DEAD_PU = 0.76
"""Voltages at or below this are no supply: observations of 0 pu are clipped to 0.75 pu with the usual band."""


class Seen:
    """The numbers of one agent's observation (batch, fields), in their units."""

    def __init__(self, fields: Sequence[Field], observed: NDArray[np.float32]) -> None:
        """Undo the scaling."""
        offset, scale = np.array([f.offset for f in fields]), np.array([f.scale for f in fields])
        self._index = {field.name: i for i, field in enumerate(fields)}
        self._values: Floats = offset + scale * np.asarray(observed, dtype=np.float64)

    def __getitem__(self, name: str) -> Floats:
        """Return a field (batch,) in its unit. Raises KeyError for an unknown name."""
        return self._values[:, self._index[name]]

    def voltage(self, name: str) -> Floats:
        """Return a voltage (batch,) in pu; a dead reading, as after a blackout, counts as 1 pu."""
        reading = self[name]
        return np.where(reading > DEAD_PU, reading, 1.0)

    def __contains__(self, name: str) -> bool:
        """Whether there is a field of this name."""
        return name in self._index

    def ahead(self, name: str, hours: int) -> Floats:
        """Return the forecasts `name_h1` to `name_h<hours>` (batch, hours). Raises KeyError for an unknown name."""
        return np.stack([self[f"{name}_h{h}"] for h in range(1, hours + 1)], axis=1)
