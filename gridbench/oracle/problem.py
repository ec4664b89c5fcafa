"""The conic problem that the oracle solves: sparse rows, boxes, second-order cones, and where each block stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import scipy.sparse as sp
    from numpy.typing import NDArray

    from gridbench.oracle.affine import Floats, Indices

OUTWARD = 1e-12
"""Relative rounding of a box that follows from a row, far above that of its few terms."""


@dataclass(frozen=True, eq=False)
class Problem:
    """min cost'x + offset over lower <= x <= upper, row_lower <= A x <= row_upper, G x + h in second-order cones.

    n columns, m rows; the cones stand one after the other with sizes `cone_sizes` (radius first). `period` (n,) is the
    step of a network column and -1 of a device's column; `gates` (cones,) the binary column that empties a cone, or -1.
    `implied` (n,) marks boxes that other rows imply: the conic solver is spared them, the safe bound needs them.
    `blur` (n,) is how far rounding may have moved the ends of a box: solvers may ignore it, bounds read `outer`.
    `columns`, `rows` and `cones` name blocks, arrays of numbers by step and place (-1 where a block has no row).
    """

    cost: Floats
    offset: float
    lower: Floats
    upper: Floats
    blur: Floats
    integer: NDArray[np.bool_]
    implied: NDArray[np.bool_]
    period: Indices
    A: sp.csr_array
    row_lower: Floats
    row_upper: Floats
    G: sp.csr_array
    h: Floats
    cone_sizes: Indices
    gates: Indices
    columns: dict[str, Indices]
    cones: dict[str, Indices]
    rows: dict[str, Indices]
    stated: tuple[Floats, Floats]
    """The boxes before rows moved them."""

    @property
    def n(self) -> int:
        """Number of columns."""
        return self.cost.size

    @cached_property
    def cone_starts(self) -> Indices:
        """The row of G where each cone begins (cones,): its radius."""
        return np.asarray(np.cumsum(self.cone_sizes) - self.cone_sizes, dtype=np.int64)

    def members(self, cones: Indices) -> Indices:
        """Return the rows of G that make up cones, one cone after the other."""
        sizes = self.cone_sizes[cones]
        return np.repeat(self.cone_starts[cones] - (np.cumsum(sizes) - sizes), sizes) + np.arange(int(sizes.sum()))

    @property
    def outer(self) -> tuple[Floats, Floats]:
        """The boxes rounded outwards: no feasible point lies outside."""
        return self.lower - self.blur, self.upper + self.blur

    def value(self, x: Floats) -> float:
        """Return the objective at x (n,)."""
        return float(self.cost @ x) + self.offset

    def fixed(self, cols: Indices, numbers: Floats) -> Problem:
        """Return the problem with columns fixed, and with the boxes that follow from rows of one free column."""
        boxes = [end.copy() for end in (self.lower, self.upper, *self.stated)]
        for end in boxes:
            end[cols] = numbers
        return _propagated(replace(self, lower=boxes[0], upper=boxes[1], stated=(boxes[2], boxes[3])))

    def part(self, cols: Indices, rows: Indices, cones: Indices) -> Problem:
        """Return some columns, rows and cones alone, without names and offset; entries of other columns are dropped."""
        members = self.members(cones)
        names = "cost", "lower", "upper", "blur", "integer", "implied", "period"
        place = np.full(self.n + 1, -1, dtype=np.int64)  # the last one stands for no gate
        place[cols] = np.arange(len(cols))
        gates = place[self.gates[cones]]
        by_column = {name: getattr(self, name)[cols] for name in names}
        return replace(
            self, **by_column, offset=0.0, stated=(self.stated[0][cols], self.stated[1][cols]),
            A=self.A[rows][:, cols], row_lower=self.row_lower[rows], row_upper=self.row_upper[rows],
            G=self.G[members][:, cols], h=self.h[members], cone_sizes=self.cone_sizes[cones],
            gates=gates, columns={}, rows={}, cones={},
        )  # fmt: skip

    def propagated(self) -> Problem:
        """Return the problem with the boxes that follow from rows of one free column."""
        return _propagated(self)

    def as_stated(self) -> Problem:
        """Return the problem with its boxes as stated: what a row forbids is left to the row, and so is its multiplier."""
        return replace(self, lower=self.stated[0], upper=self.stated[1], blur=np.zeros(self.n))


def _propagated(problem: Problem) -> Problem:
    """Tighten boxes by rows that have one free column left, until nothing moves.

    A box that would be emptied by rounding closes at its own end: emptied boxes are left to the solver to report.
    """
    lower, upper, blur = problem.lower.copy(), problem.upper.copy(), problem.blur.copy()
    owner = np.repeat(np.arange(problem.A.shape[0]), np.diff(problem.A.indptr))
    for _ in range(20):
        cols, low, high, off = _implied_boxes(problem, owner, (lower, upper, blur))
        before = lower.copy(), upper.copy()
        np.maximum.at(lower, cols, low)
        np.minimum.at(upper, cols, high)
        binds = (low >= lower[cols]) | (high <= upper[cols])
        crossed = (lower > upper) & (lower - upper < 1e-9)
        blur[crossed] += (lower - upper)[crossed]
        lower[crossed] = upper[crossed] = np.clip(lower[crossed], before[0][crossed], before[1][crossed])
        wrong = lower > upper
        lower[wrong], upper[wrong] = before[0][wrong], before[1][wrong]
        np.maximum.at(blur, cols[binds], off[binds])
        if np.array_equal(lower, before[0]) and np.array_equal(upper, before[1]):
            break
    return replace(problem, lower=lower, upper=upper, blur=blur)


def _implied_boxes(problem: Problem, owner: Indices, boxes: tuple[Floats, ...]) -> tuple[Indices, Floats, Floats, Floats]:
    """Return the columns that stand free and alone in a row, the ends that the row gives them, and how far those may be off."""
    lower, upper, blur = boxes
    A, rows = problem.A, problem.A.shape[0]
    free = (lower < upper)[A.indices]
    single = np.bincount(owner[free], minlength=rows) == 1
    pick, rest = free & single[owner], ~free
    values, places = A.data[rest], A.indices[rest]
    held = np.bincount(owner[rest], weights=values * lower[places], minlength=rows)
    size = np.bincount(owner[rest], weights=np.abs(values * lower[places]), minlength=rows)
    shake = np.bincount(owner[rest], weights=np.abs(values) * blur[places], minlength=rows)
    own, cols, slope = owner[pick], A.indices[pick], A.data[pick]
    sides = np.stack([problem.row_lower[own], problem.row_upper[own]])
    ends = (sides - held[own]) / slope
    known = np.where(np.isfinite(sides), np.abs(sides), 0.0).max(axis=0)
    off = (OUTWARD * (known + size[own]) + shake[own]) / np.abs(slope)
    return cols, ends.min(axis=0), ends.max(axis=0), off
