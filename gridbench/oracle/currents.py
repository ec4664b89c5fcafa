"""Currents while energy is paid for: a relaxed current may not exceed what stands below its branch can draw.

A cone bounds a squared current from below only, and energy of negative value is worth burning in it. Intervals of what
devices inject, added up along the tree, bound every flow; the chord of the square over such an interval bounds the current
from above. Every flow of the plant keeps both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.networks.feeder import TreeArrays
    from gridbench.oracle.affine import Affine, Floats
    from gridbench.oracle.builder import Builder

ROUNDS = 20
"""How often flows, currents and voltages are bounded by one another: any number is valid."""
ROOM = 1e-6
"""Relative room for the tolerance of the plant's flow."""
IDLE = 1e-8
"""Least bound of a squared current: a cone around nothing has no interior."""


class Range(NamedTuple):
    """The lower and the upper end of numbers, arrays of one shape."""

    low: Floats
    high: Floats

    def __mul__(self, factor: Floats) -> Range:  # type: ignore[override]
        """Return the range of the numbers times constants."""
        ends = np.stack([self.low * factor, self.high * factor])
        return Range(ends.min(axis=0), ends.max(axis=0))

    def plus(self, other: Range, sign: float = 1.0) -> Range:
        """Return the range of the sum, or of the difference for a sign of -1."""
        turned = other if sign > 0.0 else Range(-other.high, -other.low)
        return Range(self.low + turned.low, self.high + turned.high)

    def within(self, most: Floats) -> Range:
        """Return the part of the range whose magnitude is at most `most`."""
        return Range(np.clip(self.low, -most, most), np.clip(self.high, -most, most))

    def squared(self) -> Floats:
        """Return the largest square."""
        return np.maximum(self.low**2, self.high**2)


class Flows(NamedTuple):
    """What is known of flows, per unit: ranges of P and Q (steps, branches), the least u (steps, buses), and planes above.

    Each of `planes` (steps, branches, 3) states P^2 + Q^2 <= a P + b Q + c; NaN where nothing is known.
    """

    P: Range
    Q: Range
    u_low: Floats
    planes: tuple[Floats, ...] = ()


class Paid(NamedTuple):
    """Whether energy has a negative price in each step (steps,), and what is known of the flows in such steps."""

    when: NDArray[np.bool_]
    known: Flows | None = None


@dataclass(frozen=True, eq=False)
class Reach:
    """What is known of a tree's flows: injections (steps, buses), squared voltages u and s, and the largest l (branches,).

    `known` holds what else is known of them.
    """

    tree: TreeArrays
    p: Range
    q: Range
    u: tuple[float, float]
    root: float
    least_ratio: Floats
    s_high: Floats
    l_high: Floats
    known: Flows | None = None

    def flows(self) -> tuple[Range, Range, Floats, Floats]:
        """Return the ranges of P and Q, the largest l and the least s, arrays (steps, branches)."""
        shape = self.p.low[:, 1:].shape
        l_high = np.broadcast_to(self.l_high, shape).copy()
        u_low = np.full(self.p.low.shape, self.u[0])
        if self.known is not None:
            u_low = np.maximum(u_low, self.known.u_low)
        u_low[:, 0] = self.root
        for _ in range(ROUNDS):
            s_low = u_low[:, self.tree.parent] * self.least_ratio**2
            P, Q = (part.within(np.sqrt(self.l_high * self.s_high)) for part in self._sums(l_high, s_low))
            l_high = np.minimum(l_high, (P.squared() + Q.squared()) / s_low * (1.0 + ROOM))
            self._voltages(u_low, P, Q)
        return P, Q, l_high, u_low[:, self.tree.parent] * self.least_ratio**2

    def _sums(self, l_high: Floats, s_low: Floats) -> tuple[Range, Range]:
        """Add up from the leaves: what a branch carries is what it loses and what leaves its end."""
        tree = self.tree
        u = Range(np.full_like(l_high, self.u[0]), np.full_like(l_high, self.u[1]))
        lost = Range(np.zeros_like(l_high), l_high)
        s = Range(s_low, np.broadcast_to(self.s_high, l_high.shape))
        P = (lost * tree.r).plus(u * tree.shunt_g[1:]).plus(Range(self.p.low[:, 1:], self.p.high[:, 1:]), -1.0)
        Q = (lost * tree.x).plus(u * (-0.5 * tree.b - tree.shunt_b[1:])).plus(Range(self.q.low[:, 1:], self.q.high[:, 1:]), -1.0)
        charged = s * (-0.5 * tree.b)
        for k in range(tree.parent.size - 1, -1, -1):
            self._learn(P, Q, k)
            above = tree.parent[k] - 1
            if above >= 0:
                for end in (0, 1):
                    P[end][:, above] += P[end][:, k]
                    Q[end][:, above] += Q[end][:, k] + charged[end][:, k]
        return P, Q

    def _learn(self, P: Range, Q: Range, k: int) -> None:
        """Take what else is known of branch k."""
        if self.known is not None:
            for found, known in (P, self.known.P), (Q, self.known.Q):
                found.low[:, k] = np.maximum(found.low[:, k], known.low[:, k])
                found.high[:, k] = np.minimum(found.high[:, k], known.high[:, k])

    def _voltages(self, u_low: Floats, P: Range, Q: Range) -> None:
        """Lift the least voltages from the root outwards by the largest drop."""
        tree = self.tree
        drop = 2.0 * (P * tree.r).plus(Q * tree.x).high
        for k in range(tree.parent.size):
            end = u_low[:, tree.parent[k]] * self.least_ratio[k] ** 2 - drop[:, k]
            u_low[:, k + 1] = np.maximum(u_low[:, k + 1], end)


def bounded(builder: Builder, reach: Reach, paid: NDArray[np.bool_], flow: tuple[Affine, Affine, Affine]) -> Range:
    """Add the rows in the steps `paid` (steps,), and return the range of what the root feeds into its branches (steps,)."""
    P, Q, l_high, s_low = reach.flows()
    at = np.flatnonzero(paid)
    if at.size:
        p, q, l = (part[at] for part in flow)  # noqa: E741
        chord = p * (P.low + P.high)[at] + q * (Q.low + Q.high)[at]
        start = (P.low * P.high + Q.low * Q.high)[at]
        most = np.maximum(P.squared() + Q.squared(), IDLE)[at]
        builder.le(l - np.maximum(l_high, IDLE)[at], "current within reach", paid)
        builder.le(l * (s_low[at] / most) - (chord - start) * (1.0 / most) - ROOM, "current chord", paid)
        for plane in reach.known.planes if reach.known else ():
            own = np.nonzero(np.isfinite(plane[at]).all(axis=-1))
            a, b, c = plane[at][own].T
            above = (p[own] * a + q[own] * b + c) * (1.0 / most[own])
            builder.le(l[own] * (s_low[at] / most)[own] - above - ROOM, "current plane")
    first = reach.tree.parent == 0
    return Range(P.low[:, first].sum(axis=1), P.high[:, first].sum(axis=1))
