"""The bus-injection equations of a meshed network in products of voltages, stated once.

Coffrin, Hijazi and Van Hentenryck, The QC relaxation: a theoretical and computational study on optimal power flow, IEEE Trans.
Power Systems 31(4), 2016. Per unit throughout; a branch is a pi section behind an ideal transformer at its sending end.

| symbol | meaning |
|---|---|
| w | squared voltage magnitude of a bus |
| s | squared voltage behind the ideal transformer of a branch, at its sending end |
| c, d | real and imaginary part of the voltage behind the transformer times the conjugate of that at the receiving end |
| g, b | series admittance of a branch, b below zero for an inductance |

In a network, c^2 + d^2 = s w; a relaxation keeps the cone. Arguments are floats, arrays or expressions of equal shape.
"""

from __future__ import annotations

from typing import NamedTuple

from gridbench.physics.branch_flow import charging
from gridbench.physics.terms import Cone, Number


class BranchPowers(NamedTuple):
    """What enters a branch at its sending and at its receiving end."""

    p_from: Number
    q_from: Number
    p_to: Number
    q_to: Number


def branch_powers(g: Number, b: Number, line_charging: Number, s: Number, w: Number, c: Number, d: Number) -> BranchPowers:
    """Return the powers that enter a branch at both ends."""
    return BranchPowers(
        g * s - g * c - b * d,
        b * c - g * d - b * s - charging(line_charging, s),
        g * w - g * c + b * d,
        b * c + g * d - b * w - charging(line_charging, w),
    )


def product_cone(s: Number, w: Number, c: Number, d: Number) -> Cone:
    """Return c^2 + d^2 <= s w: the relaxation of a product of two voltages (Jabr 2006)."""
    return Cone("voltage product", (2.0 * c, 2.0 * d, s - w), s + w)


def angle_gaps(slope: Number, c: Number, d: Number) -> tuple[Number, Number]:
    """Return what must not exceed zero where the angle across a branch keeps within both ends, `slope` its tangent."""
    return d - slope * c, -d - slope * c
