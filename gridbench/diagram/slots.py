"""Free room around buses: the first of some places whose box touches nothing that is drawn already."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Box: TypeAlias = tuple[float, float, float, float]
"""Left, bottom, right, top."""


def around(x: float, y: float, width: float, height: float) -> Box:
    """The box of a size with its middle at a point."""
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


class Slots:
    """Boxes that are taken, found by the cells of a grid of side 1 that they touch."""

    def __init__(self) -> None:
        """Begin with an empty page."""
        self._cells: dict[tuple[int, int], list[Box]] = defaultdict(list)

    def take(self, box: Box) -> None:
        """Keep a box free from others."""
        for cell in self._touched(box):
            self._cells[cell].append(box)

    def overlap(self, box: Box) -> float:
        """The area that a box shares with those that are taken."""
        met = {other for cell in self._touched(box) for other in self._cells.get(cell, ())}
        return sum(_shared(box, other) for other in sorted(met))

    def best(self, boxes: Iterable[Box]) -> tuple[int, float]:
        """The number of the first box that touches nothing, else of the one that shares least, and what it shares."""
        shares = []
        for number, box in enumerate(boxes):
            share = self.overlap(box)
            if share == 0.0:
                return number, 0.0
            shares.append(share)
        least = min(shares)
        return shares.index(least), least

    @staticmethod
    def _touched(box: Box) -> list[tuple[int, int]]:
        left, bottom, right, top = (int(edge // 1) for edge in box)
        return [(i, j) for i in range(left, right + 1) for j in range(bottom, top + 1)]


def _shared(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, wide) * max(0.0, high)
