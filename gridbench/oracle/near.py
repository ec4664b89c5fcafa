"""The near network: a problem whose later steps speak through cuts alone, and several such problems with one decision."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from gridbench.oracle.projection import Projection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.oracle.affine import Floats, Indices
    from gridbench.oracle.problem import Problem

BLOCKS = "lower", "upper", "blur", "integer", "implied", "period", "h", "cone_sizes"
LEAST_USD = -1e7
"""Lower end of what a later step may cost: the cuts are far above."""


def jointly(problems: Sequence[Problem], shared: Indices) -> Problem:
    """Return problems of one shape side by side, their money averaged, with the same numbers in the columns `shared` of all."""
    if len(problems) == 1:
        return problems[0]
    first, many = problems[0], len(problems)
    place = np.arange(shared.size)
    one = sp.csr_array((np.ones(shared.size), (place, shared)), shape=(shared.size, first.n))
    ties = [[one if k == 0 else -one if k == j else None for k in range(many)] for j in range(1, many)]
    side = np.zeros(shared.size * (many - 1))
    A = sp.vstack([sp.block_diag([p.A for p in problems]), sp.block_array(ties)], format="csr")
    joined: dict[str, Any] = {name: np.concatenate([getattr(p, name) for p in problems]) for name in BLOCKS}
    gates = np.concatenate([np.where(p.gates < 0, -1, p.gates + k * first.n) for k, p in enumerate(problems)])
    return replace(
        first, **joined, cost=np.concatenate([p.cost for p in problems]) / many, offset=sum(p.offset for p in problems) / many,
        A=sp.csr_array(A), row_lower=np.concatenate([*(p.row_lower for p in problems), side]),
        row_upper=np.concatenate([*(p.row_upper for p in problems), side]),
        G=sp.csr_array(sp.block_diag([p.G for p in problems], format="csr")), gates=gates,
    )  # fmt: skip


def nearby(problem: Problem, steps: int, near: int, multipliers: tuple[Floats, Floats]) -> tuple[Problem, Indices]:
    """Return a problem with the network of the first `near` steps alone, and the columns of the given one that lead it.

    The money of the network in each later step is one more column, above the cut of the multipliers.
    """
    split = Projection(problem, steps)
    cuts = split.cuts(*multipliers)
    late = np.arange(near, steps)
    cols = np.flatnonzero(problem.period < near)
    cones = np.flatnonzero(split.cone_period[problem.cone_starts] < near)
    part = problem.part(cols, np.flatnonzero(split.row_period < near), cones)
    place = np.full(problem.n, -1, dtype=np.int64)
    place[cols] = np.arange(cols.size)
    cut = cuts.coefficients[late].tocoo()
    seen = sp.csr_array((cut.data, (cut.row, place[split.devices[cut.col]])), shape=(late.size, cols.size))
    none = np.zeros(late.size)
    wider = [sp.csr_array((part.A.shape[0], late.size)), sp.csr_array((part.G.shape[0], late.size))]
    return replace(
        part,
        offset=problem.offset,
        cost=np.concatenate([part.cost, none + 1.0]),
        lower=np.concatenate([part.lower, none + LEAST_USD]), upper=np.concatenate([part.upper, none + np.inf]),
        blur=np.concatenate([part.blur, none]), period=np.concatenate([part.period, late]),
        integer=np.concatenate([part.integer, none > 0.0]), implied=np.concatenate([part.implied, none == 0.0]),
        A=sp.csr_array(sp.block_array([[part.A, wider[0]], [seen, -sp.identity(late.size)]], format="csr")),
        row_lower=np.concatenate([part.row_lower, none - np.inf]),
        row_upper=np.concatenate([part.row_upper, -cuts.constant[late]]),
        G=sp.csr_array(sp.hstack([part.G, wider[1]], format="csr")),
    ), cols  # fmt: skip
