"""The sizes of generating units that leave a radial feeder the least losses, as a cone problem."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench.paper.losses import KW, flow, within
from gridbench.errors import SolverError
from gridbench.oracle.affine import concatenate
from gridbench.oracle.builder import Builder
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.safe_bound import safe_bound
from gridbench.physics.branch_flow import current_cone, residuals, series_loss

if TYPE_CHECKING:
    from gridbench.networks.feeder import Feeder
    from gridbench.oracle.affine import Floats, Indices
    from gridbench.oracle.problem import Problem

TIME_LIMIT_S = 60.0


@dataclass(frozen=True, eq=False)
class Sizes:
    """Units at buses: what the cone problem proposes, p_mw and q_mvar (buses,), and a bound of the losses of any others, kW."""

    bound_kw: float
    p_mw: Floats
    q_mvar: Floats


class UnitSizing:
    """The cone problem of a feeder without charging, shunts and ratios; which buses may have a unit is told by each question."""

    def __init__(self, feeder: Feeder, *, reactive: bool) -> None:
        """Build it; a unit gives at most the whole load, and with `reactive` as much reactive power of either sign."""
        self.feeder = feeder
        self._problem = _problem(feeder, reactive=reactive)

    def best(self, buses: Indices) -> Sizes:
        """Return the best sizes with a unit at each of these buses; raises SolverError."""
        problem = self._problem
        shut = np.setdiff1d(np.arange(1, len(self.feeder.buses)), buses) - 1
        lower, upper = problem.lower.copy(), problem.upper.copy()
        places = [problem.columns[name] for name in ("p_unit", "q_unit")]
        for columns in places:
            lower[columns[shut]] = upper[columns[shut]] = 0.0
        asked = replace(problem, lower=lower, upper=upper)
        solution = solve_conic(asked, TIME_LIMIT_S)
        if not solution.usable:
            raise SolverError(f"Clarabel: ended without an answer ({solution.status})")
        p, q = (np.append(0.0, solution.x[columns]) * self.feeder.base_mva for columns in places)
        return Sizes(safe_bound(asked, solution.y, solution.w), p, q)


def _problem(feeder: Feeder, *, reactive: bool) -> Problem:
    """Return the problem with a unit at every bus but the root; its boxes hold of all flows that lose no more than without."""
    tree, builder = feeder.arrays, Builder()
    most, root, size = within(flow(feeder).losses_kw, feeder.base_mva, tree.r, tree.x), feeder.root_voltage_pu, tree.r.shape
    highest = root + most.v_off
    u = builder.column("u", size, max(root - most.v_off, 0.0) ** 2, highest**2)
    l = builder.column("l", size, 0.0, most.l_max)  # noqa: E741
    reach = np.sqrt(most.l_max) * highest
    P, Q = (builder.column(name, size, -reach, reach, implied=True) for name in "PQ")
    all_load = float(tree.load_p.sum())
    p = builder.column("p_unit", size, 0.0, all_load)
    q = builder.column("q_unit", size, -all_load * reactive, all_load * reactive)
    s = concatenate([np.full(1, root**2), u])[tree.parent]
    outgoing = (tree.parent[:, None] == np.arange(1, tree.r.size + 1)).astype(np.float64)
    injected = p - tree.load_p[1:], q - tree.load_q[1:]
    for gap in residuals(outgoing, tree.r, tree.x, 0.0, 0.0, 0.0, s, u, l, P, Q, *injected):
        builder.eq(gap, "branch flow")
    cone = current_cone(P, Q, l, s)
    builder.cone(cone.name, cone.parts, cone.radius)
    builder.minimise(KW * feeder.base_mva * series_loss(tree.r, l))
    return builder.build()
