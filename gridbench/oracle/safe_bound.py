"""The safe bound: a lower bound of a problem from any multipliers whatever, rounded in the safe direction.

Weak duality with the multipliers projected on their cones and the gradient that is left minimised over the boxes
(Neumaier and Shcherbina 2004, carried over to cones by Jansson, Chaykin and Keil 2007).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import scipy.sparse as sp

    from gridbench.oracle.affine import Floats
    from gridbench.oracle.problem import Problem

EPS = 2.0**-52
BROKEN = 1e-6
"""By how much rows and cones must be broken, weighed by the multipliers of a ray, before a problem counts as infeasible."""


def safe_bound(problem: Problem, y: Floats, w: Floats) -> float:
    """Return a number that no feasible point of the problem costs less than.

    y (m,) multiplies `A x` (positive against the upper side), w (cone rows,) multiplies `G x + h`: any finite vectors do.
    """
    y, w = allowed_rows(problem, y), allowed_cones(problem, w)
    side = np.where(y > 0.0, problem.row_upper, problem.row_lower)
    gradient = problem.cost + problem.A.T @ y - problem.G.T @ w
    corner = np.where(gradient >= 0.0, *problem.outer)
    with np.errstate(invalid="ignore"):
        terms = [np.where(y == 0.0, 0.0, -y * side), -w * problem.h, np.where(gradient == 0.0, 0.0, gradient * corner)]
    value = math.fsum([problem.offset, *(float(part) for part in np.concatenate(terms))])
    if not math.isfinite(value):
        return -math.inf
    return value - _rounding(problem, y, w, terms)


def proves_infeasible(problem: Problem, y: Floats, w: Floats) -> bool:
    """Return whether multipliers prove that no point keeps all rows and cones, not even if each may give by `BROKEN`."""
    if not (np.isfinite(y).all() and np.isfinite(w).all()):
        return False
    free = replace(problem, cost=np.zeros(problem.n), offset=0.0)
    weight = np.abs(allowed_rows(problem, y)).sum() + np.abs(allowed_cones(problem, w)).sum()
    return bool(safe_bound(free, y, w) > BROKEN * weight > 0.0)


def allowed_rows(problem: Problem, y: Floats) -> Floats:
    """Return the row multipliers without those that press against a side that is not there."""
    y = np.where((y > 0.0) & ~np.isfinite(problem.row_upper), 0.0, y)
    return np.where((y < 0.0) & ~np.isfinite(problem.row_lower), 0.0, y)


def allowed_cones(problem: Problem, w: Floats) -> Floats:
    """Return the cone multipliers lifted into the (self-dual) second-order cones."""
    w = w.copy()
    for size in np.unique(problem.cone_sizes):
        first = problem.cone_starts[problem.cone_sizes == size]
        parts = w[first[:, None] + np.arange(1, size)]
        w[first] = np.maximum(w[first], np.linalg.norm(parts, axis=1) * (1.0 + 8.0 * EPS))
    return w


def _rounding(problem: Problem, y: Floats, w: Floats, terms: list[Floats]) -> float:
    """Return how much the sums above may be off: each of k terms by one unit in the last place, k times over."""
    deepest = max(_depth(problem.A), _depth(problem.G)) * 2 + 4
    size = np.abs(problem.cost) + abs(problem.A).T @ np.abs(y) + abs(problem.G).T @ np.abs(w)
    box = np.maximum(*map(np.abs, problem.outer))
    with np.errstate(invalid="ignore"):
        gradient = np.where(size == 0.0, 0.0, size * box).sum()
    return float(EPS * (deepest * gradient + 4.0 * sum(np.abs(part).sum() for part in terms)))


def _depth(matrix: sp.csr_array) -> int:
    """Return the most entries in one column."""
    return int(np.bincount(matrix.indices, minlength=1).max(initial=0))
