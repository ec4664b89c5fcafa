"""Taps and banks: a position's factor times the squared voltage, exact where the position is known and in a hull elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from gridbench.oracle.affine import Affine, Floats, affine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gridbench.oracle.builder import Builder
    from gridbench.physics.devices.stepped import Stepped
    from gridbench.physics.terms import Span


class Window(NamedTuple):
    """The lowest and highest position in each step, and the range of the squared voltage that it acts on, arrays (steps,)."""

    low: Floats
    high: Floats
    u_low: Floats
    u_high: Floats


Windows: TypeAlias = dict[str, Window]
"""The window of each regulator and bank by name."""


def within(windows: Windows, devices: Sequence[Stepped], allowed: Sequence[NDArray[np.bool_]] | None) -> Windows:
    """Return the windows around the joint positions of all devices that are allowed, an array a step; None allows all."""
    found = dict(windows)
    for axis, device in enumerate(devices if allowed is not None else ()):
        others = tuple(other for other in range(len(devices)) if other != axis)
        may = np.array([step.any(axis=others) for step in allowed or ()])
        low, high = may.argmax(axis=1), may.shape[1] - 1 - may[:, ::-1].argmax(axis=1)
        window, first = windows[device.name], device.positions().lo
        found[device.name] = window._replace(low=np.maximum(window.low, first + low), high=np.minimum(window.high, first + high))
    return found


@dataclass(frozen=True, eq=False)
class Tap:
    """A regulator or bank: its positions and their factors (k,), and the expressions factor * u and u (steps,)."""

    positions: Floats
    factors: Floats
    scaled: Affine
    u: Affine


def positions_of(span: Span) -> Floats:
    """Return every position of a span (k,)."""
    return np.arange(round(span.lo), round(span.hi) + 1, dtype=np.float64)


def scaled(builder: Builder, name: str, table: tuple[Floats, Floats], factors: tuple[Affine, Affine], window: Window) -> Affine:
    """Return columns (steps,) for factor(position) * u; `table` holds positions and factors, `factors` position and u.

    Equality where the window is one position all day, else McCormick's hull (1976).
    """
    position, u = factors
    ends = np.outer([table[1].min(), table[1].max()], [window.u_low.min(), window.u_high.max()])
    out = builder.column(f"{name} scaled", window.low.shape, ends.min(), ends.max(), implied=True, network=True)
    low, high = (np.interp(end, *table) for end in (window.low, window.high))
    if np.array_equal(window.low, window.high):
        builder.eq(out - u * low)
        return out
    builder.le(out - u * np.maximum(low, high))
    builder.le(u * np.minimum(low, high) - out)
    _envelopes(builder, table, (out, position, u), (low, high), window)
    return out


def _envelopes(
    builder: Builder,
    table: tuple[Floats, Floats],
    columns: tuple[Affine, Affine, Affine],
    ends: tuple[Floats, Floats],
    window: Window,
) -> None:
    """Add McCormick's rows over the chord of the table within the window, moved by the table's largest distance from it."""
    out, position, u = columns
    low, high = ends
    slope = (high - low) / np.where(window.high > window.low, window.high - window.low, 1.0)
    start = low - slope * window.low
    inside = (table[0] >= window.low[:, None]) & (table[0] <= window.high[:, None])
    off = np.where(inside, table[1] - (start[:, None] + slope[:, None] * table[0]), 0.0)
    chord = affine(start) + position * slope
    over, under = chord + off.max(axis=1), chord + off.min(axis=1)
    least, most = np.minimum(low, high), np.maximum(low, high)
    u_low, u_high = window.u_low, window.u_high
    builder.le(out - (over * u_high + u * least - least * u_high))
    builder.le(out - (over * u_low + u * most - most * u_low))
    builder.le(under * u_low + u * least - least * u_low - out)
    builder.le(under * u_high + u * most - most * u_high - out)
