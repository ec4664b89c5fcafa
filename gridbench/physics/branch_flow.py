"""The branch-flow equations of a radial network (DistFlow), stated once.

Baran and Wu, Optimal sizing of capacitors placed on a radial distribution system, IEEE Trans. Power Delivery 4(1), 1989,
with an ideal transformer at the sending end and line charging halved between the ends. Per unit throughout.

| symbol | meaning |
|---|---|
| u | squared voltage magnitude of a bus |
| s | squared voltage behind the ideal transformer of a branch, at its sending end |
| l | squared magnitude of the series current of a branch |
| P, Q | power that enters the series impedance at the sending end |
| p, q | power that devices inject into a bus |

The plant solves these equations; the oracle relaxes the one quadratic equation to a cone. Arguments are floats, arrays or
expressions of equal shape.
"""

from __future__ import annotations

from typing import NamedTuple

from gridbench.physics.terms import Cone, Number


class Residuals(NamedTuple):
    """What is left of each equation; all zero where the flow is a solution, arrays (..., branches)."""

    p_balance: Number
    q_balance: Number
    drop: Number


def behind_transformer(u: Number, ratio: Number) -> Number:
    """Return the squared voltage behind an ideal transformer of the given ratio."""
    return ratio * ratio * u


def series_loss(impedance: Number, l: Number) -> Number:  # noqa: E741
    """Return the power that a series impedance consumes (active for a resistance, reactive for a reactance)."""
    return impedance * l


def charging(b: Number, u: Number) -> Number:
    """Return the reactive power that one half of a line's charging injects."""
    return 0.5 * b * u


def receiving_voltage(s: Number, r: Number, x: Number, P: Number, Q: Number, l: Number) -> Number:  # noqa: E741
    """Return the squared voltage at the receiving end."""
    return s - 2.0 * (r * P + x * Q) + (r * r + x * x) * l


def squared_current(P: Number, Q: Number, s: Number) -> Number:
    """Return the squared current of the series impedance: the equality that the plant solves."""
    return (P * P + Q * Q) / s


def current_cone(P: Number, Q: Number, l: Number, s: Number) -> Cone:  # noqa: E741
    """Return P^2 + Q^2 <= l s: the relaxation of `squared_current` (Farivar and Low 2013)."""
    return Cone("branch flow", (2.0 * P, 2.0 * Q, l - s), l + s)


def residuals(  # noqa: PLR0913, PLR0917
    outgoing: Number,
    r: Number,
    x: Number,
    b: Number,
    shunt_g: Number,
    shunt_b: Number,
    s: Number,
    u: Number,
    l: Number,  # noqa: E741
    P: Number,
    Q: Number,
    p: Number,
    q: Number,
) -> Residuals:
    """Return the residuals of all branches of a tree.

    Branch k feeds bus k + 1; `u`, `p`, `q`, `shunt_g` and `shunt_b` are those of the fed buses, arrays (..., branches).
    `outgoing` is a (branches, branches) 0/1 matrix: entry (k, m) is 1 where branch k leaves the bus that branch m feeds.
    """
    drawn_q = Q - charging(b, s)
    return Residuals(
        P - series_loss(r, l) - P @ outgoing + p - shunt_g * u,
        Q - series_loss(x, l) + charging(b, u) - drawn_q @ outgoing + q + shunt_b * u,
        u - receiving_voltage(s, r, x, P, Q, l),
    )
