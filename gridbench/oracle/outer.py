"""Outer approximation: a mixed-integer conic problem in HiGHS, its cones cut off by tangents (Duran and Grossmann 1986)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from gridbench.errors import SolverError
from gridbench.oracle import highs
from gridbench.oracle.failure import solver
from gridbench.oracle.master import ENDINGS, Answer
from gridbench.oracle.tangents import tangents_at

if TYPE_CHECKING:
    from gridbench.oracle.affine import Floats
    from gridbench.oracle.problem import Problem

SMALL = 1e-10
"""Coefficients below this are dropped, and the row is loosened by what they could have come to."""


class OuterApproximation:
    """The linear rows of a problem, tangents of its cones found so far, and the integers if they are kept."""

    def __init__(self, problem: Problem, *, mixed: bool) -> None:
        """Begin without tangents; with `mixed` the integer columns are whole, else they are relaxed."""
        self.problem = problem
        self._reach = np.maximum(*map(np.abs, problem.outer))
        self._mixed = mixed
        self._highs = highs.model(
            problem.cost, problem.outer, problem.A, (problem.row_lower, problem.row_upper),
            integer=problem.integer if mixed else None, offset=problem.offset, options={"threads": 1, "random_seed": 0},
        )  # fmt: skip

    def add(self, rows: sp.csr_array, upper: Floats) -> None:
        """Add rows (k, n) of at most `upper` (k,)."""
        small = sp.csr_array(rows, copy=True)
        small.data[np.abs(small.data) >= SMALL] = 0.0
        kept = sp.csr_array(rows - small)
        kept.eliminate_zeros()
        loose = upper + abs(small) @ self._reach
        highs.add_rows(self._highs, kept, np.full(loose.size, -np.inf), loose)

    def cut(self, x: Floats, least: float = -np.inf) -> int:
        """Add the tangents next to x (n,) of the cones that x breaks by more than `least`; return how many."""
        sizes, found = self.problem.cone_sizes, 0
        for size in np.unique(sizes):
            places = self.problem.cone_starts[sizes == size][:, None] + np.arange(size)
            rows, upper = tangents_at(self.problem, places, x, least)
            if upper.size:
                self.add(rows, upper)
                found += upper.size
        return found

    def solve(self, time_limit_s: float, gap: float) -> Answer:
        """Return the best point and a lower bound of every point that the rows leave, inf where they leave none.

        Raises SolverError. Of a relaxed problem only the point is to be used: its bound is -inf.
        """
        with solver(highs.NAME):
            highs.limit(self._highs, time_limit_s, gap)
            status, info = highs.run(self._highs), self._highs.getInfo()
            x = np.asarray(self._highs.getSolution().col_value)
        if status == highs.INFEASIBLE:
            return Answer(None, np.inf)
        if status not in ENDINGS:
            raise SolverError(f"{highs.NAME}: ended without an answer ({self._highs.modelStatusToString(status)})")
        known = self._mixed and np.isfinite(info.mip_dual_bound)
        bound = info.mip_dual_bound - highs.tolerance(self._highs) * (1.0 + abs(info.mip_dual_bound)) if known else -np.inf
        return Answer(x if info.primal_solution_status == 2 else None, float(bound))
