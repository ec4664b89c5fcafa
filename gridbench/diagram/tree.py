"""Where the buses of a tree stand: the longest path straight on, laterals at right angles to it, theirs at right angles again.

Every path and every lateral lie on a grid of whole numbers and nothing crosses: a lateral is pushed along its path until it is
clear of what stands on that side already, level by level.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Point: TypeAlias = tuple[float, float]


@dataclass
class _Block:
    """A path with its laterals in a frame of its own: the path runs along the first axis from (0, 0).

    `spots` are places by bus; `bends` the corners of branches that turn, by their receiving bus; `span` by level of the first
    axis, what is covered of the second.
    """

    spots: dict[int, Point] = field(default_factory=dict)
    bends: dict[int, tuple[Point, Point]] = field(default_factory=dict)
    span: dict[int, tuple[float, float]] = field(default_factory=dict)

    def cover(self, level: int, low: float, high: float) -> None:
        """Count a stretch of the second axis as covered at a level of the first."""
        before = self.span.get(level, (low, high))
        self.span[level] = min(before[0], low), max(before[1], high)

    def depth(self) -> int:
        """How far it reaches behind its first bus."""
        return -min(self.span)


@dataclass
class _Seat:
    """A lateral's place beside a path: its column, its side (1 or -1), whether it is mirrored, its first bus's distance."""

    column: int
    side: int
    mirror: int
    gap: int
    block: _Block

    def rows(self) -> list[tuple[int, float, float]]:
        """Level away from the path, and what is covered there relative to the column."""
        reach = {self.gap + level: ends for level, ends in self.block.span.items()}
        for level in range(1, self.gap):
            low, high = reach.get(level, (0.0, 0.0))
            reach[level] = min(low, 0.0), max(high, 0.0)
        if self.mirror < 0:
            return [(level, -high, -low) for level, (low, high) in reach.items()]
        return [(level, low, high) for level, (low, high) in reach.items()]


@dataclass(frozen=True, slots=True)
class Layout:
    """Places by bus, and corners by the receiving bus of branches that turn."""

    spots: tuple[Point, ...]
    bends: dict[int, tuple[Point, Point]]


def tree_layout(parent: Sequence[int]) -> Layout:
    """Return where the buses of a tree stand: branch k leads from bus parent[k] to bus k + 1, parents come first."""
    children: list[list[int]] = [[] for _ in range(len(parent) + 1)]
    for k, above in enumerate(parent):
        children[above].append(k + 1)
    height, size = [0] * len(children), [1] * len(children)
    for k in range(len(parent), 0, -1):
        above = int(parent[k - 1])
        height[above], size[above] = max(height[above], height[k] + 1), size[above] + size[k]
    for own in children:
        own.sort(key=lambda bus: (-height[bus], -size[bus], bus))
    block = _laid(0, children)
    return Layout(tuple(block.spots[bus] for bus in range(len(children))), block.bends)


def _laid(first: int, children: list[list[int]]) -> _Block:
    """The block of a bus and all below it."""
    block = _Block()
    edges: dict[int, dict[int, float]] = {1: {}, -1: {}}
    bus, at, before = first, 0, 0
    while True:
        laterals = [_laid(child, children) for child in children[bus][1:]]
        seats = _first_seats(laterals[:2], at, edges)
        at = max([at, *(seat.column for seat in seats)])
        block.spots[bus] = (float(at), 0.0)
        for level in range(before, at + 1):
            block.cover(level, 0.0, 0.0)
        for seat, child in zip(seats, children[bus][1:3], strict=True):
            seat.column = at
            _sit(block, seat, child, at, edges)
        for lateral, child in zip(laterals[2:], children[bus][3:], strict=True):
            _sit(block, min(_choices(lateral, at + 1, edges, (1, -1)), key=attrgetter("column")), child, at, edges)
        if not children[bus]:
            return block
        bus, before, at = children[bus][0], at, at + 1


def _first_seats(laterals: list[_Block], at: int, edges: dict[int, dict[int, float]]) -> list[_Seat]:
    """The seats of the laterals that leave a bus straight, one a side."""
    seats: list[_Seat] = []
    for lateral in laterals:
        sides = tuple(side for side in (1, -1) if side not in {seat.side for seat in seats})
        seats.append(min(_choices(lateral, at, edges, sides), key=attrgetter("column")))
    return seats


def _choices(lateral: _Block, at: int, edges: dict[int, dict[int, float]], sides: tuple[int, ...]) -> list[_Seat]:
    """Seats at or after a column that are clear of what stands on their side; the emptier side comes first."""
    seats = []
    for side in sorted(sides, key=lambda side: len(edges[side])):
        for mirror in (1, -1):
            seat = _Seat(at, side, mirror, 1 + max(0, lateral.depth()), lateral)
            clear = (edges[side].get(level, -1e9) + 1 - low for level, low, _ in seat.rows())
            seat.column = max(at, *(int(-(-column // 1)) for column in clear))
            seats.append(seat)
    return seats


def _sit(block: _Block, seat: _Seat, child: int, at: int, edges: dict[int, dict[int, float]]) -> None:
    """Put a lateral in its seat beside the bus of a path that stands at `at`."""

    def turned(spot: Point) -> Point:
        return seat.column + seat.mirror * spot[1], seat.side * (seat.gap + spot[0])

    block.spots |= {bus: turned(spot) for bus, spot in seat.block.spots.items()}
    block.bends |= {bus: (turned(one), turned(other)) for bus, (one, other) in seat.block.bends.items()}
    if seat.column != at:
        block.bends[child] = (float(at), 0.5 * seat.side), (float(seat.column), 0.5 * seat.side)
    edge = edges[seat.side]
    for level, low, high in seat.rows():
        edge[level] = max(edge.get(level, -1e9), seat.column + high)
        for along in range(int(seat.column + low), int(seat.column + high) + 1):
            block.cover(along, min(0, seat.side * level), max(0, seat.side * level))
    for along in range(at, seat.column):
        block.cover(along, min(0.0, 1.0 * seat.side), max(0.0, 1.0 * seat.side))
