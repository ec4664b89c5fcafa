"""The tree with the least losses of the Baran-Wu system, found and proved by outer approximation."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from gridbench.bench.paper.baran_wu import NAME, baran_wu
from gridbench.bench.paper.finding import Finding
from gridbench.bench.paper.losses import Flow, flow
from gridbench.bench.paper.tables import about
from gridbench.bench.paper.tree_choice import Arcs, arcs_of, tree_choice
from gridbench.errors import SolverError
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.outer import OuterApproximation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gridbench.bench.paper.baran_wu import SwitchedGrid
    from gridbench.oracle.affine import Floats
    from gridbench.oracle.problem import Problem

ROOT_ROUNDS = 20
TIME_LIMIT_S = 300.0
GAP = 1e-4
BROKEN = 1e-6


@dataclass(frozen=True)
class BestTree:
    """The best tree found: its open branches, its flow, how many trees were computed, and a bound of all others (kW)."""

    opened: tuple[str, ...]
    flow: Flow
    trees: int
    others_kw: float

    @property
    def proved(self) -> bool:
        """Whether no other tree can lose less."""
        return self.others_kw >= self.flow.losses_kw


def best_tree(grid: SwitchedGrid, time_limit_s: float = TIME_LIMIT_S) -> BestTree:
    """Return the tree with the least losses and a bound of the others.

    The mixed-integer relaxation names a tree, the power flow computes its losses, a row excludes it, and so on until the
    relaxation of all trees that are left is no better than the best one. Where the time runs out before, the best tree so far
    is returned unproved. Raises SolverError, also for a tree without a power flow: nothing would be known of its losses.
    """
    until = time.perf_counter() + time_limit_s
    arcs, base = arcs_of(grid.raw), flow(grid.base())
    problem = tree_choice(grid.raw, arcs, base.losses_kw)
    master = OuterApproximation(problem, mixed=True)
    for x in _root(problem):
        master.cut(x)
    trees: dict[tuple[str, ...], Flow] = {grid.normally_open: base}
    _exclude(master, problem, arcs, np.array([one.name not in grid.normally_open for one in grid.raw.branches]))
    bound = -math.inf
    while True:
        best = min(trees, key=lambda one: trees[one].losses_kw)
        if bound >= trees[best].losses_kw or time.perf_counter() > until:
            return BestTree(best, trees[best], len(trees), bound)
        answer = master.solve(until - time.perf_counter(), GAP)
        bound = max(bound, min(answer.bound, base.losses_kw))
        if answer.x is None:
            continue
        closed = _closed(problem, arcs, answer.x, len(grid.raw.branches))
        opened = tuple(one.name for one, is_closed in zip(grid.raw.branches, closed, strict=True) if not is_closed)
        if opened in trees:
            raise SolverError(f"the relaxation names a tree again that was excluded: open {', '.join(opened)}")
        trees[opened] = flow(grid.feeder(opened))
        master.cut(answer.x, BROKEN)
        master.cut(_flow_of(problem, answer.x))
        _exclude(master, problem, arcs, closed)


def _root(problem: Problem) -> Iterator[Floats]:
    """Yield points of the continuous relaxation whose tangents describe the cones next to its optimum."""
    relaxed, x = OuterApproximation(problem, mixed=False), solve_conic(problem, TIME_LIMIT_S).x
    yield x
    relaxed.cut(x)
    for _ in range(ROOT_ROUNDS):
        answer = relaxed.solve(TIME_LIMIT_S, GAP)
        if answer.x is None or not relaxed.cut(answer.x, BROKEN):
            return
        yield answer.x


def _closed(problem: Problem, arcs: Arcs, x: Floats, branches: int) -> NDArray[np.bool_]:
    """Return which branches are closed at x (branches,)."""
    return np.bincount(arcs.branch, weights=x[problem.columns["on"]], minlength=branches) > 0.5


def _flow_of(problem: Problem, x: Floats) -> Floats:
    """Return the point of the relaxation with the binaries of x."""
    on = problem.columns["on"]
    return solve_conic(problem.fixed(on, np.rint(x[on])), TIME_LIMIT_S).x


def _exclude(master: OuterApproximation, problem: Problem, arcs: Arcs, closed: NDArray[np.bool_]) -> None:
    """Add a row that not all of these branches are closed."""
    row = np.zeros((1, problem.n))
    row[0, problem.columns["on"][closed[arcs.branch]]] = 1.0
    master.add(sp.csr_array(row), np.array([closed.sum() - 1.0]))


def findings() -> Iterator[Finding]:
    """Yield losses and lowest voltages of the base configuration and of the best tree."""
    stated, grid = about(NAME)["reconfiguration"], baran_wu()
    base = flow(grid.base())
    title, solved = "Baran-Wu 33 buses", "power flow"
    yield Finding(f"{title}, base losses", "kW", stated["base_kw"], base.losses_kw, 1e-3, solved)
    yield Finding(f"{title}, base lowest voltage", "pu", stated["base_v_min_pu"], base.v_min_pu, 5e-5, solved)
    best = best_tree(grid)
    lost, lowest, proved = best.flow.losses_kw, best.flow.v_min_pu, best.proved
    how = f"{solved} of {best.trees} trees; all others >= {best.others_kw:.2f} kW, HiGHS with tangents"
    opened = f"open {', '.join(best.opened)}"
    yield Finding(f"{title}, least losses", "kW", stated["least_kw"], lost, 5e-3, how, opened, proved=proved)
    yield Finding(f"{title}, lowest voltage then", "pu", stated["least_v_min_pu"], lowest, 5e-5, solved, opened, proved=proved)
