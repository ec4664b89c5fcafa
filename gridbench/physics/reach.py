"""How far one control can go: read off the laws themselves, so that no settle has to state them again."""

# ruff: noqa: D105 - the operators of arithmetic mean what they mean for numbers

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.physics.terms import Cone, Device, Eq, Le, Number, Row, Span, Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

SLACK = 1e-9
"""A row may be broken by this much before a choice counts as impossible (MW, or the unit of the row)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A number `at + slope * t` that depends on the probed control `t`."""

    at: Number
    slope: Number
    __array_ufunc__ = None  # NumPy leaves mixed arithmetic to this class

    def __add__(self, other: Number) -> Line:
        if isinstance(other, Line):
            return Line(self.at + other.at, self.slope + other.slope)
        return Line(self.at + other, self.slope)

    __radd__ = __add__

    def __neg__(self) -> Line:
        return Line(-self.at, -self.slope)

    def __sub__(self, other: Number) -> Line:
        return self.__add__(-other)

    def __rsub__(self, other: Number) -> Line:
        return self.__neg__().__add__(other)

    def __mul__(self, other: Number) -> Line:
        if isinstance(other, Line):
            raise TypeError("a limit must be affine in each control")
        return Line(self.at * other, self.slope * other)

    __rmul__ = __mul__

    def __truediv__(self, other: Number) -> Line:
        return Line(self.at / other, self.slope / other)


def reach(device: Device, x: Values, u: Mapping[str, Number], w: Values, dt_h: float, control: str) -> tuple[Number, Number]:
    """Return the lowest and the highest value of one control that all limits and next states allow, the others as in `u`.

    The interval is empty (high below low) where no value is allowed. Raises TypeError if a law is not affine in the control.
    """
    probe = Values(**{**u, control: Line(0.0, 1.0)})
    span = device.controls()[control]
    rows: list[Row] = list(device.limits(x, probe, w, dt_h))
    spans = device.states()
    for name, after in device.advance(x, probe, w, dt_h).items():
        if isinstance(after, Line):  # the other states are not this control's doing
            rows += (Le(name, after, spans[name].hi), Le(name, spans[name].lo, after))
    return interval(rows, span)


def interval(rows: Iterable[Row], span: Span) -> tuple[Number, Number]:
    """Return the part of `span` where every row holds; rows hold numbers or `Line`s."""
    lo: Number = span.lo
    hi: Number = span.hi
    for row in rows:
        for low, high in _allowed(row):
            lo = np.maximum(lo, low)
            hi = np.minimum(hi, high)
    return lo, hi


def _allowed(row: Row) -> Iterable[tuple[Number, Number]]:
    if isinstance(row, Cone):
        return [_inside(row)]
    gap = row.lhs - row.rhs
    return [_below(gap), _below(-gap)] if isinstance(row, Eq) else [_below(gap)]


def _below(gap: Number) -> tuple[Number, Number]:
    """Solve `gap <= 0`."""
    if not isinstance(gap, Line):
        return -np.inf, np.where(gap <= SLACK, np.inf, -np.inf)
    safe = np.where(gap.slope == 0.0, 1.0, gap.slope)
    root = -gap.at / safe
    return np.where(gap.slope < 0.0, root, -np.inf), np.where(gap.slope > 0.0, root, np.inf)


def _inside(cone: Cone) -> tuple[Number, Number]:
    """Solve `||parts|| <= radius` for the probed control; the radius must not depend on it."""
    if isinstance(cone.radius, Line):
        raise TypeError(f"{cone.name}: the radius of a cone must not depend on the control that is probed")
    lines = [p if isinstance(p, Line) else Line(p, 0.0) for p in cone.parts]
    a: Number = sum(p.slope * p.slope for p in lines)
    b: Number = sum(p.at * p.slope for p in lines)
    c: Number = sum(p.at * p.at for p in lines) - cone.radius * cone.radius
    safe = np.where(a == 0.0, 1.0, a)
    head = np.sqrt(np.maximum(b * b - a * c, 0.0))
    moves = a > 0.0
    return np.where(moves, (-b - head) / safe, -np.inf), np.where(moves, (-b + head) / safe, np.inf)


def least_slacks(spans: Mapping[str, Span], rows: Callable[[Values], Iterable[Row]]) -> dict[str, Number]:
    """Return the smallest slacks that keep the rows; each slack loosens rows of its own."""
    found: dict[str, Number] = {}
    for name in spans:
        probe = Values(**{other: Line(0.0, 1.0) if other == name else np.inf for other in spans})
        found[name] = interval(rows(probe), Span(0.0, np.inf))[0]
    return found


def excess(rows: Iterable[Row]) -> Number:
    """Return by how much the worst row is broken (0 where all hold)."""
    worst: Number = 0.0
    for row in rows:
        if isinstance(row, Cone):
            gap = np.sqrt(sum(np.square(p) for p in row.parts)) - row.radius
        else:
            gap = row.lhs - row.rhs
            gap = np.abs(gap) if isinstance(row, Eq) else gap
        worst = np.maximum(worst, gap)
    return worst
