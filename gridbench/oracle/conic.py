"""The conic solver: Clarabel on the free columns of a problem (Goulart and Chen 2024)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import clarabel
import numpy as np
import scipy.sparse as sp

from gridbench.oracle.failure import solver

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.oracle.affine import Floats
    from gridbench.oracle.problem import Problem

USABLE = ("Solved", "AlmostSolved", "InsufficientProgress", "MaxIterations", "MaxTime", "NumericalError")
"""Endings whose duals are worth reading: the safe bound makes them harmless."""


@dataclass(frozen=True, eq=False)
class Solution:
    """What the solver left: x (n,), row multipliers y (m,), cone multipliers w (cone rows,); to be trusted by no one."""

    status: str
    x: Floats
    y: Floats
    w: Floats
    money: float

    @property
    def feasible(self) -> bool:
        """Whether the solver says that x is (almost) optimal, and x is a point."""
        return self.status in ("Solved", "AlmostSolved") and bool(np.isfinite(self.x).all())

    @property
    def infeasible(self) -> bool:
        """Whether the solver says that nothing is feasible: then y and w are a ray."""
        return "PrimalInfeasible" in self.status

    @property
    def usable(self) -> bool:
        """Whether x and the multipliers are finite and come from an ending short of failure."""
        return self.status in USABLE and all(bool(np.isfinite(part).all()) for part in (self.x, self.y, self.w))


@dataclass(frozen=True, eq=False)
class _Rows:
    """Which rows, boxes and cone rows enter the solver, as masks."""

    free: NDArray[np.bool_]
    equal: NDArray[np.bool_]
    above: NDArray[np.bool_]
    below: NDArray[np.bool_]
    cone: NDArray[np.bool_]
    box_above: NDArray[np.bool_]
    box_below: NDArray[np.bool_]


def solve_conic(problem: Problem, time_limit_s: float, threads: int = 1, tolerance: float = 1e-8) -> Solution:
    """Solve the continuous relaxation of a problem; columns whose box is one point are substituted.

    Raises SolverError for whatever Clarabel raises, its panics included.
    """
    rows = _select(problem)
    held = np.where(rows.free, 0.0, problem.lower)
    a_held, g_held = problem.A @ held, problem.G @ held + problem.h
    cols = np.flatnonzero(rows.free)
    A, G = (sp.csc_array(matrix)[:, cols] for matrix in (problem.A, problem.G))
    A, G = sp.csr_array(A), sp.csr_array(G)
    one = sp.csr_array(sp.identity(problem.n, format="csr"))[:, cols]
    member = np.repeat(rows.cone, problem.cone_sizes)
    matrix = sp.vstack(
        [A[rows.equal], A[rows.above], -A[rows.below], one[rows.box_above], -one[rows.box_below], -G[member]], format="csc"
    )
    right = np.concatenate([
        (problem.row_upper - a_held)[rows.equal], (problem.row_upper - a_held)[rows.above],
        (a_held - problem.row_lower)[rows.below], problem.upper[rows.box_above], -problem.lower[rows.box_below], g_held[member],
    ])  # fmt: skip
    scale = max(float(np.abs(problem.cost[cols]).max(initial=0.0)) / 100.0, 1e-9)
    cones = [clarabel.ZeroConeT(int(rows.equal.sum()))]
    cones.append(clarabel.NonnegativeConeT(sum(int(k.sum()) for k in (rows.above, rows.below, rows.box_above, rows.box_below))))
    cones += [clarabel.SecondOrderConeT(int(size)) for size in problem.cone_sizes[rows.cone]]
    settings = _settings(time_limit_s, threads, tolerance)
    none = sp.csc_matrix((cols.size, cols.size))
    with solver("Clarabel"):
        model = clarabel.DefaultSolver(none, problem.cost[cols] / scale, sp.csc_matrix(matrix), right, cones, settings)
        result = model.solve()
    return _solution(problem, rows, result, scale)


def _select(problem: Problem) -> _Rows:
    free = problem.lower < problem.upper
    touched = _touches(problem.A, free)
    equal = touched & (problem.row_lower == problem.row_upper)
    inner = _touches(problem.G, free)
    starts = problem.cone_starts
    cone = np.logical_or.reduceat(inner, starts) if starts.size else np.zeros(0, dtype=np.bool_)
    shut = (problem.gates >= 0) & (problem.upper[problem.gates] <= 0.0)
    boxed = free & ~problem.implied
    return _Rows(
        free=free,
        equal=equal,
        above=touched & ~equal & np.isfinite(problem.row_upper),
        below=touched & ~equal & np.isfinite(problem.row_lower),
        cone=cone & ~shut,  # a cone without interior stalls the solver; its members are fixed already
        box_above=boxed & np.isfinite(problem.upper),
        box_below=boxed & np.isfinite(problem.lower),
    )


def _touches(matrix: sp.csr_array, free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    owner = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return np.bincount(owner[free[matrix.indices]], minlength=matrix.shape[0]) > 0


def _settings(time_limit_s: float, threads: int, tolerance: float) -> clarabel.DefaultSettings:
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.presolve_enable = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = tolerance
    settings.time_limit = max(time_limit_s, 1e-3)
    settings.max_threads = threads
    return settings


def _solution(problem: Problem, rows: _Rows, result: clarabel.DefaultSolution, scale: float) -> Solution:
    """Put the solver's vectors back into the problem's order and money."""
    x = problem.lower.copy()
    x[rows.free] = result.x
    z = np.asarray(result.z) * scale
    ends = np.cumsum([int(m.sum()) for m in (rows.equal, rows.above, rows.below, rows.box_above, rows.box_below)])
    y = np.zeros(problem.A.shape[0])
    y[rows.equal] = z[: ends[0]]
    y[rows.above] += z[ends[0] : ends[1]]
    y[rows.below] -= z[ends[1] : ends[2]]
    w = np.zeros(problem.G.shape[0])
    w[np.repeat(rows.cone, problem.cone_sizes)] = z[ends[4] :]
    return Solution(str(result.status), x, y, w, problem.value(x))
