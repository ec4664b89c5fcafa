"""The plan of a picture: lines, symbols and labels with their places, in units of one step between two buses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from gridbench.diagram.slots import Box, Slots, around
from gridbench.diagram.tree import tree_layout

if TYPE_CHECKING:
    from gridbench.diagram.subject import Subject

Point: TypeAlias = tuple[float, float]

LABELLED = 135
"""Most buses that are named."""
SPREAD = 60.0
"""Width of published places in units."""
UNIT_IN, COMPACT_IN, WIDEST_IN = 0.34, 0.17, 12.0
"""Inches a unit where buses are named and where they are not; both shrink where the picture would be wider than the last."""
DOT, SYMBOL, LETTER, LINE = 0.28, 0.44, (0.155, 0.28), 0.10
"""Sizes in units of UNIT_IN: of a bus, of a symbol, of a letter of a label, and of the room that a branch takes."""
_AWAY = (0.0, 0.75), (0.0, -0.75), (0.6, 0.6), (-0.6, 0.6), (0.6, -0.6), (-0.6, -0.6), (0.8, 0.0), (-0.8, 0.0)
"""Where symbols may stand from their bus; twice as far where there is no room."""


@dataclass(frozen=True, slots=True)
class Label:
    """A name, where it begins (`ha` left), ends (right) or has its middle (center)."""

    text: str
    x: float
    y: float
    ha: str
    angle: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """`spots` by bus; `wires` by branch, as corners; `symbols` (bus, kind, place); `labels`.

    `compact` where buses are not named; `unit_in` is the length of a unit.
    """

    spots: tuple[Point, ...]
    wires: tuple[tuple[Point, ...], ...]
    symbols: tuple[tuple[int, str, Point], ...]
    labels: tuple[Label, ...]
    compact: bool
    unit_in: float

    @property
    def extent(self) -> Box:
        """The box of all that is drawn."""
        xs = [x for x, _ in self.spots] + [x for _, _, (x, _) in self.symbols]
        ys = [y for _, y in self.spots] + [y for _, _, (_, y) in self.symbols]
        return min(xs), min(ys), max(xs), max(ys)

    def middle(self, branch: int) -> tuple[Point, Point]:
        """The middle of the last stretch of a branch, and its direction (a unit vector)."""
        (x0, y0), (x1, y1) = self.wires[branch][-2:]
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        return ((x0 + x1) / 2, (y0 + y1) / 2), ((x1 - x0) / length, (y1 - y0) / length)


def plan(subject: Subject) -> Plan:
    """Return the plan of a picture; the same subject has the same plan."""
    parent = subject.feeder.arrays.parent.tolist()
    if subject.place:
        spots, bends = _scaled(subject.place), {}
    else:
        layout = tree_layout(parent)
        spots, bends = layout.spots, layout.bends
    wires = tuple((spots[above], *bends.get(k + 1, ()), spots[k + 1]) for k, above in enumerate(parent))
    compact = len(spots) > LABELLED
    slots = Slots()
    _occupy(slots, subject, spots, wires)
    wide = max(x for x, _ in spots) - min(x for x, _ in spots)
    unit_in = min(COMPACT_IN if compact else UNIT_IN, WIDEST_IN / max(wide, 1.0))
    symbols = _symbols(slots, subject, spots, UNIT_IN / unit_in)
    labels = () if compact else _labels(slots, subject, spots)
    return Plan(spots, wires, symbols, labels, compact, unit_in)


def _scaled(place: tuple[Point, ...]) -> tuple[Point, ...]:
    left, low = min(x for x, _ in place), min(y for _, y in place)
    unit = (max(x for x, _ in place) - left) / SPREAD
    return tuple(((x - left) / unit, (y - low) / unit) for x, y in place)


def _occupy(slots: Slots, subject: Subject, spots: tuple[Point, ...], wires: tuple[tuple[Point, ...], ...]) -> None:
    """Take the room of buses, branches, and what stands in branches."""
    for x, y in spots:
        slots.take(around(x, y, DOT, DOT))
    for k, wire in enumerate(wires):
        for start, end in pairwise(wire):
            _take_line(slots, start, end)
        if k in subject.regulated or subject.transforms(subject.feeder.branches[k]):
            (x0, y0), (x1, y1) = wire[-2:]
            slots.take(around((x0 + x1) / 2, (y0 + y1) / 2, SYMBOL, SYMBOL))


def _take_line(slots: Slots, start: Point, end: Point) -> None:
    """Take the room of a straight line, piece by piece where it slants."""
    (x0, y0), (x1, y1) = start, end
    pieces = max(1, math.ceil(math.hypot(x1 - x0, y1 - y0) / 0.25)) if x0 != x1 and y0 != y1 else 1
    for n in range(pieces):
        a, b = n / pieces, (n + 1) / pieces
        left, right = sorted((x0 + a * (x1 - x0), x0 + b * (x1 - x0)))
        low, high = sorted((y0 + a * (y1 - y0), y0 + b * (y1 - y0)))
        slots.take((left - LINE / 2, low - LINE / 2, right + LINE / 2, high + LINE / 2))


def _symbols(slots: Slots, subject: Subject, spots: tuple[Point, ...], scale: float) -> tuple[tuple[int, str, Point], ...]:
    """Give every device a place near its bus."""
    found, side = [], SYMBOL * scale
    for bus, kinds in subject.devices.items():
        for kind in kinds:
            x, y = spots[bus]
            places = [(x + scale * far * dx, y + scale * far * dy) for far in (1.0, 1.7) for dx, dy in _AWAY]
            if kind == "grid_tie":
                places = [(x - 0.8 * scale, y), *places]
            number, _ = slots.best(around(*place, side, side) for place in places)
            slots.take(around(*places[number], side, side))
            _take_line(slots, (x, y), places[number])
            found.append((bus, kind, places[number]))
    return tuple(found)


def _labels(slots: Slots, subject: Subject, spots: tuple[Point, ...]) -> tuple[Label, ...]:
    """Name the buses where there is room; a part of a joined network is named once, at its root."""
    labels, parent = [], subject.feeder.arrays.parent
    for bus, (x, y) in enumerate(spots):
        name = subject.feeder.buses[bus].name
        part, _, own = name.rpartition(".")
        above = subject.feeder.buses[parent[bus - 1]].name.rpartition(".")[0] if bus else ""
        text = own if part == above else name
        wide, high = LETTER[0] * len(text), LETTER[1]
        choices = [
            Label(text, x + 0.16, y + 0.26, "left"), Label(text, x + 0.16, y - 0.26, "left"),
            Label(text, x - 0.16, y + 0.26, "right"), Label(text, x - 0.16, y - 0.26, "right"),
            Label(text, x, y + 0.32, "center"), Label(text, x, y - 0.32, "center"),
            Label(text, x + 0.22, y, "left"), Label(text, x - 0.22, y, "right"),
            Label(text, x, y + 0.2 + wide / 2, "center", 90.0), Label(text, x, y - 0.2 - wide / 2, "center", 90.0),
        ]  # fmt: skip
        boxes = [_box(label, wide, high) for label in choices]
        number, _ = slots.best(boxes)
        slots.take(boxes[number])
        labels.append(choices[number])
    return tuple(labels)


def _box(label: Label, wide: float, high: float) -> Box:
    if label.angle:
        return around(label.x, label.y, high, wide)
    shift = {"left": wide / 2, "right": -wide / 2, "center": 0.0}[label.ha]
    return around(label.x + shift, label.y, wide, high)
