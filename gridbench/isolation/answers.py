"""Reading the actions that a child sent, which may be anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.isolation.inside import arrays

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def read_actions(data: bytes, sizes: Mapping[str, int]) -> dict[str, NDArray[np.float64]]:
    """Return the actions by agent, each (entries,). Raises ValueError, with the reason, where they are none."""
    try:
        found = arrays.unpack(data, "<f8")
    except ValueError:
        raise ValueError("sent actions that cannot be read") from None
    if {name: array.size for name, array in found.items()} != dict(sizes):
        raise ValueError("sent actions of other agents or other sizes than the task's")
    for name in sizes:
        if not np.isfinite(found[name]).all():
            bad = np.flatnonzero(~np.isfinite(found[name])).tolist()
            raise ValueError(f"returned NaN or infinity for agent {name!r}, at {bad[:8]}")
    return {name: np.asarray(found[name], dtype=np.float64) for name in sizes}
