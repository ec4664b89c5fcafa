"""Narrowing by the witness: positions and voltages that no day cheaper than the witness can have (docs/formulation.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from gridbench.oracle.conic import solve_conic
from gridbench.oracle.projection import Projection
from gridbench.oracle.safe_bound import allowed_cones, allowed_rows, safe_bound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gridbench.oracle.affine import Affine, Floats, Indices
    from gridbench.oracle.conic import Solution
    from gridbench.oracle.formulation import Formulation
    from gridbench.oracle.integer import Clock
    from gridbench.oracle.problem import Problem
    from gridbench.oracle.taps import Window, Windows

ROOM = 1e-6
"""Added to every end that is found: voltages need no more digits."""


@dataclass(frozen=True, eq=False)
class Steps:
    """A problem cut into single steps, each with one more row: what it may cost above the bound (day's money, all steps).

    `place` tells where the columns of the day stand in it, -1 where they are left out.
    """

    problem: Problem
    steps: int
    place: Indices

    def only(self, at: Indices) -> Steps:
        """Return the steps `at` alone."""
        p = self.problem
        cols = np.flatnonzero(np.isin(p.period, at))
        rows = np.flatnonzero(np.isin(_span(p.A, p.period)[0], at))
        cones = np.flatnonzero(np.isin(_members(p, p.period)[p.cone_starts], at))
        place = np.full(p.n, -1, dtype=np.int64)
        place[cols] = np.arange(cols.size)
        return Steps(p.part(cols, rows, cones), self.steps, np.where(self.place >= 0, place[self.place], -1))

    def least(self, aim: Affine, clock: Clock, threads: int) -> Floats:
        """Return a lower bound of `aim` (steps,) in each step, safe whatever the solver does; none of steps left out."""
        kept = self.place[aim.col] >= 0
        cost = np.bincount(self.place[aim.col][kept], weights=aim.val[kept], minlength=self.problem.n)
        problem = replace(self.problem, cost=np.asarray(cost, dtype=np.float64))
        solution = solve_conic(problem, clock.left_s, threads, tolerance=1e-3)
        if not solution.usable:
            return np.full(self.steps, -np.inf)
        least = self._split.over(problem).cuts(solution.y, solution.w).constant + aim.constant
        least[aim.row[~kept]] = -np.inf
        return least

    @cached_property
    def _split(self) -> Projection:
        return Projection(self.problem, self.steps)


def single_steps(formulation: Formulation, root: Solution, most_usd: float) -> Steps:
    """Return the steps of a problem taken apart, each as it may be in a day that costs `most_usd` at most.

    By weak duality the day's money less the root's safe bound is a sum of terms that are never negative: reduced cost times
    the distance from the box's corner, multiplier times the slack of a row or cone. Those of one step add up to what
    `most_usd` leaves above the bound, or the day costs more. Rows between steps are dropped.
    """
    gap_usd = most_usd - safe_bound(formulation.problem, root.y, root.w)
    p, steps = formulation.problem, formulation.scenario.steps
    when = _when(p, steps)
    y, w = allowed_rows(p, root.y), allowed_cones(p, root.w)
    gradient = p.cost + p.A.T @ y - p.G.T @ w
    corner = np.where(gradient >= 0.0, *p.outer)
    side = np.where(y > 0.0, p.row_upper, np.where(y < 0.0, p.row_lower, 0.0))
    first, last = _span(p.A, when)
    inside = first == last
    reduced = sp.csr_array((gradient, (when, np.arange(p.n))), shape=(steps, p.n))
    free = inside & (p.row_lower != p.row_upper) & (y != 0.0)
    rows = np.flatnonzero(free)
    slack = sp.csr_array((y[rows], (first[rows], rows)), shape=(steps, p.A.shape[0]))
    members = _members(p, when)
    cones = sp.csr_array((w, (members, np.arange(w.size))), shape=(steps, w.size))
    left = reduced - slack @ p.A + cones @ p.G
    held = np.bincount(when, weights=gradient * corner, minlength=steps)
    held = held - np.bincount(first[rows], weights=(y * side)[rows], minlength=steps) - cones @ p.h
    room = 1e-6 * (1.0 + np.bincount(when, weights=np.abs(gradient * corner), minlength=steps))
    apart = replace(
        p,
        offset=0.0,
        period=when,
        A=sp.csr_array(sp.vstack([p.A[inside], left], format="csr")),
        row_lower=np.concatenate([p.row_lower[inside], np.full(steps, -np.inf)]),
        row_upper=np.concatenate([p.row_upper[inside], held + gap_usd + room]),
    )
    return Steps(apart, steps, np.arange(p.n))


def narrowed(formulation: Formulation, root: Solution, most_usd: float, clock: Clock, threads: int) -> Iterator[Windows]:
    """Yield ever narrower windows of all taps and banks; a day outside costs more than `most_usd`.

    The voltages that regulators act on are narrowed; what time does not suffice for stays as it was.
    """
    steps = single_steps(formulation, root, most_usd)
    found = dict(formulation.windows)
    for high in (True, False):
        for device in formulation.scenario.regulators:
            u = formulation.taps[device.name].u
            if u.col.size and clock.left_s > 0.0:
                found[device.name] = _moved(found[device.name], steps.least(-u if high else u, clock, threads), high=high)
                yield dict(found)


def _moved(window: Window, least: Floats, *, high: bool) -> Window:
    """Return the window with one end moved to what `least` proves: of the voltage, or for the high end of its negative."""
    if high:
        return window._replace(u_high=np.maximum(np.minimum(window.u_high, ROOM - least), window.u_low))
    return window._replace(u_low=np.minimum(np.maximum(window.u_low, least - ROOM), window.u_high))


def _when(problem: Problem, steps: int) -> Indices:
    """Return the step of every column: blocks are arrays (steps, ...), the end of the day belongs to the last step."""
    when = np.full(problem.n, steps - 1, dtype=np.int64)
    for block in problem.columns.values():
        if block.shape[0] == steps:
            when[block] = np.arange(steps).reshape(-1, *[1] * (block.ndim - 1))
    return when


def _span(matrix: sp.csr_array, when: Indices) -> tuple[Indices, Indices]:
    """Return the first and the last step that each row touches."""
    owner = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    first = np.full(matrix.shape[0], np.iinfo(np.int64).max)
    last = np.full(matrix.shape[0], -1)
    np.minimum.at(first, owner, when[matrix.indices])
    np.maximum.at(last, owner, when[matrix.indices])
    return first, last


def _members(problem: Problem, when: Indices) -> Indices:
    """Return the step of each cone row, that of its cone."""
    rows = np.maximum.reduceat(_span(problem.G, when)[1], problem.cone_starts)
    return np.repeat(rows, problem.cone_sizes)
