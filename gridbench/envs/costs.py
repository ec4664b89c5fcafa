"""Money of a step for environments of your own: what devices cost by their own laws, and what powers cost by a curve.

Numbers are floats or NumPy arrays of one shape, a batch or the steps of a day; `dt_h` is the length of the step in hours.

    u = Values(**generator.settle(x, ask, w, dt_h))
    reward = -device_cost(generator, x, u, w, dt_h)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.physics import curves

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.physics.terms import Device, Number, Values

Floats = NDArray[np.float64]


def device_cost(device: Device, x: Values, u: Values, w: Values, dt_h: float) -> Floats:
    """Return the money of a device's step, summed over its components (usd, income negative); 0 for a device without a price."""
    return np.asarray(sum(device.cost(x, u, w, dt_h).values(), start=0.0))


def quadratic_cost(p_mw: Number, square: Number, linear: Number, fixed: Number, dt_h: float, on: Number = 1.0) -> Floats:
    """Return the money of a step (usd) on the curve `physics.curves.quadratic`, whose units it shares."""
    return np.asarray(dt_h * curves.quadratic(p_mw, square, linear, fixed, on))


def polynomial_cost(p_mw: Number, coefficients: Sequence[Number], dt_h: float) -> Floats:
    """Return the money of a step (usd) on the curve `physics.curves.polynomial`, whose units and errors it shares."""
    return np.asarray(dt_h * curves.polynomial(p_mw, coefficients))


def piecewise_cost(p_mw: Number, curve: curves.Piecewise, dt_h: float) -> Floats:
    """Return the money of a step (usd) on a piecewise curve."""
    return np.asarray(dt_h * curve.at(p_mw))
