"""Axes of a chart: readable ticks, a scale from numbers to places, and the lines and words around the plot."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.html.text import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DAY_TICKS = (1.0, 2.0, 3.0, 4.0, 6.0, 12.0, 24.0)
"""Distances of ticks that suit hours."""
LETTER = 8.0
"""Width of a letter of a tick's label in the chart's units, on the safe side."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows: its label with the unit, its ends (None: from the data), allowed distances of ticks, and its kind.

    `log` places powers of ten evenly and draws what is below `low` at `low`; `whole` keeps ticks to whole numbers.
    """

    label: str = ""
    low: float | None = None
    high: float | None = None
    distances: Sequence[float] = ()
    log: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis with its ends found, and the places (in the chart's units) of these ends."""

    axis: Axis
    low: float
    high: float
    start: float
    end: float

    def place(self, number: float) -> float:
        """Return where a number lies."""
        low, high, at = self.low, self.high, number
        if self.axis.log:
            low, high, at = math.log10(low), math.log10(high), math.log10(max(at, low))
        return self.start + (self.end - self.start) * (at - low) / (high - low)

    def ticks(self) -> list[tuple[float, str]]:
        """Return the numbers of the ticks with their labels."""
        if self.axis.log:
            powers = range(math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9) + 1)
            return [(10.0**power, f"{10.0**power:g}") for power in powers]
        room = max(2, int(abs(self.end - self.start) / (60.0 if self.start < self.end else 34.0)))
        distance = tick_distance(self.high - self.low, room, self.axis)
        digits = max(0, (1 if _is_quarter(distance) else 0) - math.floor(math.log10(distance) + 1e-9))
        first, last = math.ceil(self.low / distance - 1e-9), math.floor(self.high / distance + 1e-9)
        return [(i * distance, f"{i * distance + 0.0:,.{digits}f}") for i in range(first, last + 1)]


def _is_quarter(distance: float) -> bool:
    return math.isclose(distance / 10.0 ** math.floor(math.log10(distance) + 1e-9), 2.5)


def tick_distance(span: float, most: int, axis: Axis) -> float:
    """Return the smallest distance for at most that many ticks: of axis.distances, else 1, 2, 2.5 or 5 times a power of ten."""
    for distance in axis.distances:
        if span / distance <= most:
            return distance
    power = 10.0 ** math.floor(math.log10(span / most))
    distance = next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0, 20.0) if span / (factor * power) <= most)
    return max(1.0, distance) if axis.whole else distance


def scale(axis: Axis, numbers: Iterable[float], start: float, end: float) -> Scale:
    """Return the scale of an axis over finite numbers, with a little room beyond them where the axis does not say its ends."""
    kept = [number for number in numbers if math.isfinite(number)]
    low = axis.low if axis.low is not None else min(kept, default=0.0)
    high = axis.high if axis.high is not None else max(kept, default=1.0)
    if axis.log:
        low = max(low, 1e-12)
        return Scale(axis, low, 10.0 ** math.ceil(math.log10(max(high, 10.0 * low)) - 1e-9), start, end)
    if high - low <= 1e-9 * max(1.0, abs(low), abs(high)):
        low, high = (low - 0.5, high + 0.5) if axis.low is None else (low, low + 1.0)
    room = 0.05 * (high - low)
    below = 0.0 if axis.low is not None or low == 0.0 else room
    above = 0.0 if axis.high is not None or high == 0.0 else room
    return Scale(axis, low - below, high + above, start, end)


def number(at: float) -> str:
    """Return a place with one decimal, as short as it goes."""
    text = f"{at:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def horizontal(across: Scale, top: float, bottom: float) -> str:
    """Return the ticks, the grid and the label of the horizontal axis below a plot."""
    found = []
    for at, label in across.ticks():
        x = number(across.place(at))
        found.append(f'<path class="grid" d="M{x} {number(top)}V{number(bottom + 4)}"/>')
        found.append(f'<text x="{x}" y="{number(bottom + 17)}" text-anchor="middle">{label}</text>')
    middle = number((across.start + across.end) / 2)
    label = f'<text class="unit" x="{middle}" y="{number(bottom + 34)}" text-anchor="middle">{escaped(across.axis.label)}</text>'
    return "".join(found) + label


def vertical(up: Scale, left: float, right: float) -> str:
    """Return the ticks, the grid and the label of the vertical axis to the left of a plot."""
    found = []
    for at, label in up.ticks():
        y = number(up.place(at))
        kind = "zero" if at == 0.0 and up.low < 0.0 else "grid"
        found.append(f'<path class="{kind}" d="M{number(left - 4)} {y}H{number(right)}"/>')
        found.append(f'<text x="{number(left - 8)}" y="{number(up.place(at) + 4)}" text-anchor="end">{label}</text>')
    middle = number((up.start + up.end) / 2)
    turned = f'x="-{middle}" y="13" transform="rotate(-90)"'
    return "".join(found) + f'<text class="unit" {turned} text-anchor="middle">{escaped(up.axis.label)}</text>'


def margin(labels: Iterable[str], least: float = 0.0) -> float:
    """Return the room to the left of a plot that its widest label needs, with the axis's own label."""
    return max([least, *(LETTER * len(label) for label in labels)]) + 30.0
