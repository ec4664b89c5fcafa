"""The laws of an unbalanced network, stated once: what flows in a series element, and what a load draws.

Kersting, Distribution System Modeling and Analysis, 4th ed., 2017, chapters 6 to 9 (lines, regulators, transformers, loads);
Bazrafshan and Gatsis, Comprehensive modeling of three-phase distribution systems via the bus admittance matrix, IEEE Trans.
Power Systems 33(2), 2018. Complex phasors per unit: voltages of a phase to ground, powers on a third of the base power, so that
currents are per unit of the balanced model's.

A delta between phases a and b is the terminal (v_a - v_b) / sqrt(3): its nominal voltage is 1, and the power of its current is
the power between the phases. Arguments are arrays, the last axis the windings or the terminals.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gridbench.physics.terms import Number

Complexes = NDArray[np.complex128]
Floats = NDArray[np.float64]

DELTA = 1.0 / math.sqrt(3.0)
"""A voltage between two phases, per unit of its own nominal magnitude, over their difference per unit of a phase."""
BALANCED = np.exp(-2j * np.pi / 3.0 * np.arange(3))
"""A balanced set of phases A, B, C of magnitude 1."""


class Zip(NamedTuple):
    """Shares of constant power, constant current and constant impedance of loads, arrays (terminals,) that sum to 1."""

    power: Floats
    current: Floats
    impedance: Floats


class Band(NamedTuple):
    """The voltages (pu) between which a load keeps its model; outside it is the impedance that it is at the end of the band."""

    low_pu: float
    high_pu: float


EVERYWHERE = Band(0.0, math.inf)


def drop(ratio: Number, v_from: Number, v_to: Number) -> Number:
    """Return the voltage across a series impedance behind an ideal transformer at its sending end."""
    return ratio * v_from - v_to


def referred(ratio: Number) -> Number:
    """Return the factor of an admittance stated at the sending side of a ratio, seen from the other side."""
    return 1.0 / (ratio * ratio)


def drawn(power: Complexes, model: Zip, v: Complexes, band: Band = EVERYWHERE) -> Complexes:
    """Return the currents that loads of nominal `power` draw at the voltages v (per unit of their nominal voltage).

    The power is power (k_P + k_I |v| + k_Z |v|^2) inside the band. It is written as an admittance times v, which needs no angle.
    """
    magnitude = np.abs(v)
    if band is not EVERYWHERE:
        magnitude = np.clip(magnitude, band.low_pu, band.high_pu)
    share = model.power + magnitude * (model.current + magnitude * model.impedance)
    current: Complexes = np.conj(power) * (share / (magnitude * magnitude)) * v
    return current
