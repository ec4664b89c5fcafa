"""Subsets of a problem's rows, cones and box ends, and whether they can be kept at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
import scipy.sparse as sp

from gridbench.oracle import highs
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.failure import solver

if TYPE_CHECKING:
    from gridbench.oracle.affine import Floats, Indices
    from gridbench.oracle.conic import Solution
    from gridbench.oracle.problem import Problem

BROKEN = 1e-6
"""By how much laws must be broken at the least (their largest coefficient scaled to 1) to count as a conflict."""
SUSPECT = 1e-5
"""Least multiplier of a suspect: the elastic problem pays 1 for a unit of any law."""
IRREDUCIBLE = 6
"""HiGHS: an irreducible subset, from an elastic linear program."""
LOWER, UPPER, BOXED = 2, 3, 4
"""HiGHS: which ends of a box take part."""


@dataclass(frozen=True, eq=False)
class Subset:
    """A problem whose rows, cones, lower and upper ends are numbered as items, one kind after the other."""

    problem: Problem

    @cached_property
    def starts(self) -> Indices:
        """Where the items of each kind start, and where the last kind ends (5,)."""
        p = self.problem
        return np.cumsum([0, p.A.shape[0], p.cone_sizes.size, p.n, p.n])

    def items(self, rows: Indices, cones: Indices, low: Indices, high: Indices) -> Indices:
        """Return the items of numbered rows, cones, and columns by the ends of their boxes; ends that are open are none."""
        p = self.problem
        low, high = low[np.isfinite(p.lower[low])], high[np.isfinite(p.upper[high])]
        kinds = zip(self.starts, (rows, cones, low, high), strict=False)
        return np.concatenate([start + np.asarray(part, dtype=np.int64) for start, part in kinds])

    def split(self, items: Indices) -> tuple[Indices, Indices, Indices, Indices]:
        """Return the rows, cones, and columns by lower and upper ends that the items stand for."""
        ends = zip(self.starts[:-1], self.starts[1:], strict=True)
        rows, cones, low, high = (items[(items >= first) & (items < last)] - first for first, last in ends)
        return rows, cones, low, high

    def with_boxes(self, rows: Indices, cones: Indices) -> Indices:
        """Return the items of rows and cones, with both ends of every column that they touch."""
        cols = self.touched(rows, cones)
        return self.items(rows, cones, cols, cols)

    def touched(self, rows: Indices, cones: Indices) -> Indices:
        """Return the columns of rows and cones, sorted."""
        p = self.problem
        return np.union1d(p.A[rows].indices, p.G[p.members(cones)].indices).astype(np.int64)

    def kept(self, items: Indices) -> Problem:
        """Return the problem of the items alone, without cost, over the columns that they touch; rows are scaled to 1."""
        p, (rows, cones, low, high) = self.problem, self.split(items)
        inside, cols = p.members(cones), self.touched(rows, cones)
        lower, upper = np.full(p.n, -np.inf), np.full(p.n, np.inf)
        lower[low], upper[high] = p.lower[low], p.upper[high]
        size = self.sizes[rows]
        return replace(
            p, cost=np.zeros(cols.size), offset=0.0, lower=lower[cols], upper=upper[cols], blur=np.zeros(cols.size),
            integer=p.integer[cols], implied=np.zeros(cols.size, dtype=np.bool_), period=p.period[cols],
            A=self._scaled[rows][:, cols], row_lower=p.row_lower[rows] / size, row_upper=p.row_upper[rows] / size,
            G=p.G[inside][:, cols], h=p.h[inside], cone_sizes=p.cone_sizes[cones], gates=np.full(cones.size, -1),
        )  # fmt: skip

    @cached_property
    def sizes(self) -> Floats:
        """The largest coefficient of each row."""
        return np.asarray(abs(self.problem.A).max(axis=1).toarray(), dtype=np.float64).ravel()

    @cached_property
    def _scaled(self) -> sp.csr_array:
        return sp.csr_array(sp.diags_array(1.0 / self.sizes) @ self.problem.A)

    def broken(self, items: Indices, threads: int) -> tuple[bool, Solution]:
        """Return whether rows and cones must be broken to keep the boxes of the items, and the elastic solution."""
        solution = solve_conic(_elastic(self.kept(items)), 60.0, threads, tolerance=1e-8)
        return bool(solution.feasible and solution.money > BROKEN), solution

    def cone_conflict(self, items: Indices, threads: int) -> Indices:
        """Return the items that conflict among those given, given that rows and boxes alone do not; none if none do."""
        while self.split(items)[1].size:
            conflict, solution = self.broken(items, threads)
            if not conflict:
                break
            found = self._pressed(items, solution)
            if found.size > 0.9 * items.size or not self.broken(found, threads)[0]:
                return items
            items = found
        return items[:0]

    def _pressed(self, items: Indices, elastic: Solution) -> Indices:
        """Return the items that have a multiplier in the elastic problem."""
        rows, cones, _, _ = self.split(items)
        kept = self.kept(items)
        gradient, cols = kept.A.T @ elastic.y - kept.G.T @ elastic.w, self.touched(rows, cones)
        pressed = self.items(
            rows[np.abs(elastic.y) > SUSPECT], cones[elastic.w[kept.cone_starts] > SUSPECT],
            cols[gradient > SUSPECT], cols[gradient < -SUSPECT],
        )  # fmt: skip
        return np.intersect1d(pressed, items)

    def relief(self, givers: Indices, threads: int) -> Floats:
        """Return the least by which the rows `givers` must give, all others kept, in their own units (rows,); 0 if that fails."""
        m = self.problem.A.shape[0]
        elastic = _elastic(self.kept(self.every))
        upper, slack = elastic.upper.copy(), np.s_[-2 * m - self.problem.cone_sizes.size :]
        upper[slack] = 0.0
        for side in np.split(upper[slack][: 2 * m], 2):
            side[givers] = np.inf
        solution = solve_conic(replace(elastic, upper=upper), 60.0, threads, tolerance=1e-8)
        gives = np.abs(solution.x[slack][: 2 * m].reshape(2, m)).sum(axis=0) * self.sizes
        return np.asarray(gives if solution.feasible else np.zeros(m), dtype=np.float64)

    @cached_property
    def every(self) -> Indices:
        """All rows and cones, and all boxes that they touch."""
        return self.with_boxes(np.arange(self.problem.A.shape[0]), np.arange(self.problem.cone_sizes.size))

    def row_conflict(self) -> Indices:
        """Return an irreducible conflict among rows and boxes that HiGHS finds; no items where there is none."""
        none = np.zeros(0, dtype=np.int64)
        every = self.with_boxes(np.arange(self.problem.A.shape[0]), none)
        model = _model(self.kept(every), whole=False)
        if not _conflicts(model):
            return none
        model.setOptionValue("iis_strategy", IRREDUCIBLE)
        with solver(highs.NAME):
            _, found = model.getIis()
        cols = self.touched(np.arange(self.problem.A.shape[0]), none)
        ends, at = np.array(found.col_bound_, dtype=np.int64), cols[np.array(found.col_index_, dtype=np.int64)]
        low, high = at[np.isin(ends, (LOWER, BOXED))], at[np.isin(ends, (UPPER, BOXED))]
        items = self.items(np.array(found.row_index_, dtype=np.int64), none, low, high)
        return items if self.linear_conflict(items, whole=False).size else every

    def linear_conflict(self, items: Indices, *, whole: bool) -> Indices:
        """Return the items if their rows and boxes conflict, else none; `whole` holds integers to whole numbers."""
        return items if items.size and _conflicts(_model(self.kept(items), whole=whole)) else items[:0]


def _elastic(problem: Problem) -> Problem:
    """Return the problem that pays 1 for each unit by which a row or a cone is broken, and for nothing else."""
    m, k, n = problem.A.shape[0], problem.cone_sizes.size, problem.n
    radius = problem.cone_starts
    wider = sp.csr_array((np.ones(k), (radius, np.arange(k))), shape=(problem.G.shape[0], k))
    one = sp.identity(m, format="csr")
    extra = 2 * m + k
    return replace(
        problem,
        cost=np.concatenate([np.zeros(n), np.ones(extra)]),
        lower=np.concatenate([problem.lower, np.zeros(extra)]),
        upper=np.concatenate([problem.upper, np.full(extra, np.inf)]),
        implied=np.zeros(n + extra, dtype=np.bool_),
        A=sp.csr_array(sp.hstack([problem.A, one, -one, sp.csr_array((m, k))], format="csr")),
        G=sp.csr_array(sp.hstack([problem.G, sp.csr_array((problem.G.shape[0], 2 * m)), wider], format="csr")),
    )


def _model(problem: Problem, *, whole: bool) -> Any:  # noqa: ANN401 - highspy has no types
    """Hand HiGHS the rows and boxes of a problem."""
    return highs.model(
        problem.cost, (problem.lower, problem.upper), problem.A, (problem.row_lower, problem.row_upper),
        integer=problem.integer if whole else None, options={"presolve": "off"},  # postsolve prints whatever the flag says
    )  # fmt: skip


def _conflicts(model: Any) -> bool:  # noqa: ANN401
    return bool(highs.run(model) == highspy.HighsModelStatus.kInfeasible)
