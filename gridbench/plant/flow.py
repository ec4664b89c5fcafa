"""What solves the network of a batch of grids between settling and billing, where it is not the compiled sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Array = Any
"""A NumPy array, or a tensor of the library that solves."""


@dataclass(frozen=True, eq=False)
class Flows:
    """The flows of a batch in pu; where `solved` (batch,) is false the other numbers mean nothing.

    u (batch, buses) squared voltages, l (batch, branches) squared currents, flow (2, batch, branches) the P and Q that enter the
    series impedances at their sending ends, root (batch, 2) the P and Q drawn at the root.
    """

    u: Array
    l: Array  # noqa: E741 - the field's name
    flow: Array
    root: Array
    solved: Array


class FlowSolver(Protocol):
    """Solves the branch-flow equations of one feeder for a batch of states."""

    def solve(self, p: Floats, q: Floats, bank: Floats, ratio: Floats) -> Flows:
        """Return the flows in NumPy arrays of double precision.

        p, q (batch, buses) injections, bank (batch, buses) susceptances of capacitor banks, ratio (batch, branches) of the ideal
        transformers, all in pu.
        """
