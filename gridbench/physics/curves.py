"""Cost curves: what a power costs an hour, stated once for the laws of devices and for whoever prices a power of their own.

| curve | read by |
|---|---|
| `quadratic` | numbers, batches, the plant's compiler, and the oracle (which refuses `square` below 0: not convex) |
| `polynomial` | numbers, batches and the plant's compiler; the oracle up to degree 1, a parabola is `quadratic` |
| `Piecewise` | numbers and batches only; where it is convex, its slopes give the rows that an optimiser needs |
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.errors import InvalidInput
from gridbench.physics.reach import SLACK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.physics.terms import Number

Floats = NDArray[np.float64]


def quadratic(p_mw: Number, square: Number, linear: Number, fixed: Number, on: Number = 1.0) -> Number:
    """Return square p^2 + linear p + fixed on (usd/h) of a power; usd/MW2h, usd/MWh and usd/h, and `on` the commitment."""
    return square * p_mw**2 + linear * p_mw + fixed * on


def polynomial(p_mw: Number, coefficients: Sequence[Number]) -> Number:
    """Return a polynomial of a power by Horner's rule (usd/h); highest degree first (usd/h per MW^k), InvalidInput for none."""
    if len(coefficients) == 0:
        raise InvalidInput("polynomial", ["there are no coefficients: give at least the constant (usd/h)"])
    usd_per_h, *rest = coefficients
    for coefficient in rest:
        usd_per_h = usd_per_h * p_mw + coefficient
    return usd_per_h


@dataclass(frozen=True, slots=True)
class Piecewise:
    """A curve of straight segments, convex or not, through points (MW, usd/h); beyond its ends the end segments go on.

    Raises InvalidInput for fewer than two points, powers that do not ascend, and what is not finite.
    """

    mw: tuple[float, ...]
    usd_per_h: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse points that are no curve."""
        rules = {
            f"{len(self.mw)} powers and {len(self.usd_per_h)} costs: give one cost a power": len(self.mw) == len(self.usd_per_h),
            f"{len(self.mw)} powers make no segment: give at least two": len(self.mw) >= 2,
            "a power or a cost is not finite: give numbers": bool(np.isfinite([*self.mw, *self.usd_per_h]).all()),
        }
        faults = [rule for rule, holds in rules.items() if not holds]
        faults += [f"the power {b} MW follows {a} MW: powers must ascend" for a, b in pairwise(self.mw) if b <= a]
        if faults:
            raise InvalidInput("piecewise cost", faults)

    def at(self, p_mw: Number) -> Floats:
        """Return the cost of a power (usd/h), of the shape of `p_mw`."""
        slopes = self.segments()
        past = slopes[0] * np.minimum(p_mw - self.mw[0], 0.0) + slopes[-1] * np.maximum(p_mw - self.mw[-1], 0.0)
        return np.asarray(np.interp(p_mw, self.mw, self.usd_per_h) + past)

    def segments(self) -> Floats:
        """Return the slope of each segment (usd/MWh), an array (points - 1,)."""
        return np.asarray(np.diff(self.usd_per_h) / np.diff(self.mw))

    def convex(self) -> bool:
        """Return whether no segment is cheaper a MWh than the one before it, a rounding aside."""
        return bool((np.diff(self.segments()) >= -SLACK).all())
