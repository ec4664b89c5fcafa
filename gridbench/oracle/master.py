"""The master: devices alone as a mixed-integer linear program in HiGHS, with one theta a step for the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
import scipy.sparse as sp

from gridbench.oracle import highs
from gridbench.oracle.failure import solver
from gridbench.oracle.tangents import tangents, tangents_at

if TYPE_CHECKING:
    from gridbench.oracle.affine import Floats, Indices
    from gridbench.oracle.projection import Cuts, Projection

DIRECTIONS = 16
ENDINGS = highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kTimeLimit


@dataclass(frozen=True, eq=False)
class Answer:
    """What HiGHS returned: columns of the whole problem (n,) or None, and its dual bound less its own tolerances."""

    x: Floats | None
    bound: float


class Master:
    """The devices' rows and tangents of their cones, theta (steps,), and the cuts found so far."""

    def __init__(self, projection: Projection, integer: Indices, threads: int, floor: Floats) -> None:
        """Begin without cuts; `integer` are the columns to branch on, `floor` (steps,) bounds theta."""
        self.projection = projection
        self._highs = self._begun(integer, floor, {"threads": threads, "random_seed": 0})
        cones = np.repeat(projection.problem.cone_sizes == 3, projection.problem.cone_sizes) & (projection.cone_period < 0)
        self._cones = np.flatnonzero(cones).reshape(-1, 3)
        for angle in 2.0 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS:
            around = np.tile([np.cos(angle), np.sin(angle)], (self._cones.shape[0], 1))
            self._add_tangents(*tangents(projection.problem, self._cones, around))

    def _begun(self, integer: Indices, floor: Floats, options: dict[str, int]) -> Any:  # noqa: ANN401 - highspy has no types
        """Hand HiGHS the columns and the rows without network columns."""
        p, devices, steps = self.projection.problem, self.projection.devices, self.projection.steps
        own = self.projection.row_period < 0
        A = sp.csr_array(sp.hstack([p.A[own][:, devices], sp.csr_array((int(own.sum()), steps))], format="csr"))
        marked = np.concatenate([np.isin(devices, integer), np.zeros(steps, dtype=np.bool_)])
        self._mixed = bool(marked.any())
        return highs.model(
            np.concatenate([p.cost[devices], np.ones(steps)]),
            (np.concatenate([p.lower[devices], floor]), np.concatenate([p.upper[devices], np.full(steps, np.inf)])),
            A, (p.row_lower[own], p.row_upper[own]), integer=marked, offset=p.offset, options=options,
        )  # fmt: skip

    def _add(self, rows: sp.csr_array, lower: Floats, upper: Floats) -> None:
        highs.add_rows(self._highs, rows, lower, upper)

    def cut(self, cuts: Cuts) -> None:
        """Add one row a step for theta."""
        steps = self.projection.steps
        rows = sp.csr_array(sp.hstack([-cuts.coefficients, sp.identity(steps)], format="csr"))
        self._add(rows, cuts.constant, np.full(steps, highspy.kHighsInf))

    def whole_cut(self, steer: Floats, constant: float, moving: Floats) -> None:
        """Add one row for the network's money of all steps and the movements together.

        The sum of theta and of `moving` (n,) times the columns is at least `steer` (n,) times the columns plus the constant.
        """
        devices, steps = self.projection.devices, self.projection.steps
        row = np.concatenate([(moving - steer)[devices], np.ones(steps)])
        small = np.abs(row) < 1e-9
        outer = [np.concatenate([end[devices], np.zeros(steps)]) for end in self.projection.problem.outer]
        worst = np.maximum(*(row[small] * end[small] for end in outer)).sum()  # what is dropped may have helped by this much
        kept = np.where(small, 0.0, row)
        self._add(sp.csr_array(kept[None]), np.array([constant - worst]), np.array([highspy.kHighsInf]))

    def tangents(self, x: Floats, least: float = -np.inf) -> None:
        """Add the tangents of the devices' cones next to x (n,), of those that x breaks by more than `least`."""
        self._add_tangents(*tangents_at(self.projection.problem, self._cones, x, least))

    def _add_tangents(self, rows: sp.csr_array, upper: Floats) -> None:
        """Add rows (k, n) of device columns."""
        if not upper.size:
            return
        own = sp.csr_array(rows[:, self.projection.devices])
        own.data[np.abs(own.data) < 1e-9] = 0.0
        own.eliminate_zeros()
        wide = sp.csr_array(sp.hstack([own, sp.csr_array((own.shape[0], self.projection.steps))], format="csr"))
        self._add(wide, np.full(own.shape[0], -highspy.kHighsInf), upper)

    def solve(self, time_limit_s: float, gap: float, start: Floats | None) -> Answer:
        """Solve within the time and the relative gap, from a feasible start (n,) if there is one; raises SolverError."""
        with solver(highs.NAME):
            if start is not None:
                self._hint(start)
            highs.limit(self._highs, time_limit_s, gap)
            status, info = highs.run(self._highs), self._highs.getInfo()
            found = np.asarray(self._highs.getSolution().col_value)
        bound = -np.inf  # kept where the ending has no meaning; HiGHS states no dual bound of a problem without integers
        if self._mixed and np.isfinite(info.mip_dual_bound) and status in ENDINGS:
            bound = info.mip_dual_bound - highs.tolerance(self._highs) * (self.projection.steps + abs(info.mip_dual_bound))
        if found.size == 0 or not np.isfinite(info.objective_function_value) or info.primal_solution_status != 2:
            return Answer(None, float(bound))
        x = np.zeros(self.projection.problem.n)
        x[self.projection.devices] = found[: self.projection.devices.size]
        return Answer(x, float(bound))

    def least(self, steer: Floats, moving: Floats, time_limit_s: float, gap: float) -> float:
        """Return a lower bound of the devices' own money plus `steer` (n,) times their columns, movements (`moving`) left out."""
        devices, cost = self.projection.devices, self.projection.problem.cost
        every = np.arange(devices.size + self.projection.steps, dtype=np.int32)
        theta = np.ones(self.projection.steps)
        own = np.concatenate([(cost + steer - moving)[devices], 0.0 * theta])
        self._highs.changeColsCost(every.size, every, own)
        try:
            return self.solve(time_limit_s, gap, None).bound
        finally:
            self._highs.changeColsCost(every.size, every, np.concatenate([cost[devices], theta]))

    def _hint(self, start: Floats) -> None:
        """Give HiGHS a feasible point (n,) to start from."""
        hint, money = highspy.HighsSolution(), self.projection.network_money(start)
        hint.col_value = list(np.concatenate([start[self.projection.devices], money + 1e-6 * np.abs(money) + 1e-6]))
        self._highs.setSolution(hint)
