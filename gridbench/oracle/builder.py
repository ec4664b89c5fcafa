"""The builder: columns, rows, cones and money of a conic problem, gathered block by block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import InvalidInput
from gridbench.oracle.affine import Affine, Expression, Floats, Indices, affine, concatenate, free, stack
from gridbench.oracle.problem import Problem

if TYPE_CHECKING:
    import scipy.sparse as sp
    from numpy.typing import NDArray

TINY = 1e-15
"""Coefficients below this are dropped: only cancelled sums leave them."""
BROKEN = 1e-9
"""By how much a row without columns may be broken: its constants are rounded sums."""


@dataclass
class Builder:
    """Gathers columns, rows, cones and cost of a Problem."""

    n: int = 0
    m: int = 0
    columns: dict[str, Indices] = field(default_factory=dict)
    row_names: dict[str, Indices] = field(default_factory=dict)
    cone_names: dict[str, Indices] = field(default_factory=dict)
    about: str = "row"
    """The name of rows that are added without one."""
    _boxes: list[tuple[Floats, Floats]] = field(default_factory=list)
    _marks: list[tuple[NDArray[np.bool_], NDArray[np.bool_], Indices]] = field(default_factory=list)
    _rows: list[tuple[Affine, float]] = field(default_factory=list)
    _cones: list[Affine] = field(default_factory=list)
    _gates: list[Indices] = field(default_factory=list)
    _costs: list[Affine] = field(default_factory=list)

    def column(
        self,
        name: str,
        shape: tuple[int, ...],
        lower: Expression,
        upper: Expression,
        *,
        integer: bool = False,
        implied: bool = False,
        network: bool = False,
    ) -> Affine:
        """Add columns of `shape` within boxes; those of the network belong to the step that their first axis counts."""
        size = int(np.prod(shape, dtype=np.int64))
        cols = np.arange(self.n, self.n + size, dtype=np.int64)
        low, high = (np.broadcast_to(np.asarray(end, dtype=np.float64), shape).ravel().copy() for end in (lower, upper))
        period = np.arange(size) // max(size // shape[0], 1) if network else np.full(size, -1)
        self._boxes.append((low, high))
        self._marks.append((np.full(size, integer), np.full(size, implied), period.astype(np.int64)))
        self.columns[name] = cols.reshape(shape)
        self.n += size
        return free(self.columns[name])

    def le(self, gap: Expression, name: str = "", at: NDArray[np.bool_] | None = None) -> None:
        """Add rows `gap <= 0`; `at` marks the steps that their first axis stands for, where those are not all."""
        self._add(affine(gap), -np.inf, name, at)

    def eq(self, gap: Expression, name: str = "") -> None:
        """Add rows `gap == 0`."""
        self._add(affine(gap), 0.0, name, None)

    def _add(self, gap: Affine, low: float, name: str, at: NDArray[np.bool_] | None) -> None:
        """Add rows and name them; a name that is taken gets a number."""
        rows = np.arange(self.m, self.m + gap.constant.size, dtype=np.int64).reshape(gap.shape)
        if at is not None:
            rows, own = np.full((at.size, *gap.shape[1:]), -1, dtype=np.int64), rows
            rows[at] = own
        unused = label = name or self.about
        count = 1
        while unused in self.row_names:
            count += 1
            unused = f"{label} #{count}"
        self.row_names[unused] = rows
        self._rows.append((gap, low))
        self.m += gap.constant.size

    def cone(self, name: str, parts: tuple[Expression, ...], radius: Expression, gate: Affine | None = None) -> None:
        """Add cones `||parts|| <= radius`, one a cell; `gate` are the binaries (one a cell) that empty them."""
        members = [affine(member) for member in (radius, *parts)]
        shape = np.broadcast_shapes(*(member.shape for member in members))
        count = int(np.prod(shape, dtype=np.int64))
        first = sum(gates.size for gates in self._gates)
        self.cone_names[name] = np.arange(first, first + count, dtype=np.int64)
        self._cones.append(stack(members, shape))
        self._gates.append(np.full(count, -1, dtype=np.int64) if gate is None else gate.col[np.argsort(gate.row)])

    def minimise(self, money: Expression) -> None:
        """Add to the objective."""
        self._costs.append(affine(money).total())

    def upper_of(self, expression: Affine) -> Floats:
        """Return the largest magnitude of each cell over the boxes (an upper bound)."""
        low, high = (np.concatenate([box[k] for box in self._boxes]) for k in (0, 1))
        most = np.maximum(np.abs(low), np.abs(high))[expression.col]
        size = expression.constant.size
        reach = np.bincount(expression.row, weights=np.abs(expression.val) * most, minlength=size)
        return np.abs(expression.constant) + reach.reshape(expression.shape)

    def range_of(self, *expressions: Affine) -> list[tuple[Floats, Floats]]:
        """Return the least and the largest value of each cell over the boxes, with what rows say of them so far."""
        found, boxes = [], self.build().outer
        for of in expressions:
            ends = np.sort([box[of.col] * of.val for box in boxes], axis=0)
            least, most = (np.bincount(of.row, weights=end, minlength=of.constant.size).reshape(of.shape) for end in ends)
            found.append((of.constant + least, of.constant + most))
        return found

    def build(self) -> Problem:
        """Return the problem, its boxes tightened where a row has one column.

        Raises InvalidInput for rows without columns that do not hold: no decision could mend them.
        """
        A, held = _matrix([gap for gap, _ in self._rows], self.n)
        low = np.concatenate([np.full(gap.constant.size, low) for gap, low in self._rows])
        used = np.diff(A.indptr) > 0
        self._refuse(np.flatnonzero(~used & ~((held <= BROKEN) & (held >= low - BROKEN))), held)
        place = np.append(np.where(used, np.cumsum(used) - 1, -1), -1)  # the last one stands for no row
        G, h = _matrix(self._cones, self.n)
        cost = affine(0.0)
        for money in self._costs:
            cost = cost + money
        integer, implied, period = (np.concatenate([mark[k] for mark in self._marks]) for k in range(3))
        lower, upper = (np.concatenate([box[k] for box in self._boxes]) for k in (0, 1))
        return Problem(
            cost=np.asarray(np.bincount(cost.col, weights=cost.val, minlength=self.n), dtype=np.float64),
            offset=float(cost.constant),
            lower=lower,
            upper=upper,
            blur=np.zeros(self.n),
            integer=integer.astype(np.bool_),
            implied=implied.astype(np.bool_),
            period=period,
            A=A[used],
            row_lower=(low - held)[used],
            row_upper=-held[used],
            G=G,
            h=h,
            cone_sizes=np.concatenate([np.full(c.constant.size // c.shape[-1], c.shape[-1]) for c in self._cones]),
            gates=np.concatenate(self._gates),
            columns=self.columns,
            cones=self.cone_names,
            rows={name: place[rows] for name, rows in self.row_names.items()},
            stated=(lower, upper),
        ).propagated()

    def _refuse(self, broken: Indices, gap: Floats) -> None:
        """Raise InvalidInput that names the broken rows, by block and step, where there are any."""
        faults = []
        for row in broken:
            block = next(name for name, rows in self.row_names.items() if np.any(rows == row))
            cell = np.argwhere(self.row_names[block] == row)[0]
            step = "" if self.row_names[block].shape == (1,) else f"[{', '.join(map(str, cell))}]"
            faults.append(f"{block}{step}: is broken by {abs(gap[row]):.6g}, and no decision enters it: mend the data")
        if faults:
            raise InvalidInput("laws of the day", faults)


def _matrix(arrays: list[Affine], n: int) -> tuple[sp.csr_array, Floats]:
    """Return the coefficients of all cells, one array below the other, and their constants."""
    below = concatenate([array.flat() for array in arrays])
    stacked = below.matrix(n)
    stacked.data[np.abs(stacked.data) < TINY] = 0.0
    stacked.eliminate_zeros()
    return stacked, below.constant
