"""The local re-dispatch: a schedule improved on the equations of the plant, its integers as they are.

Where cones are slack the conic problem's schedule is not the best one of the plant. Around a day of the plant its equation
l s = P^2 + Q^2 is replaced by its tangent (Newton), flows stay within a radius, and the plant says whether that helped: a
sequence of convex problems with a trust region (Conn, Gould and Toint 2000).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from gridbench.oracle.modes import binaries
from gridbench.oracle.schedule import one_way_solution

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from gridbench.oracle.affine import Floats
    from gridbench.oracle.conic import Solution
    from gridbench.oracle.formulation import Formulation
    from gridbench.oracle.problem import Problem
    from gridbench.oracle.witness import Witness

FIRST_PU, LAST_PU = 0.1, 1e-4
"""Radius of the flows at first, and the least that is tried."""
GROW, SHRINK = 2.0, 0.3
PROGRESS = 1e-6
"""Least relative gain that is worth another round at the same radius."""


def redispatch(witness: Witness, solve: Callable[[Problem], Solution | None], going: Callable[[], bool]) -> None:
    """Improve a witness with its integers as they are, while `going` says so and the plant bills less for it.

    `solve` returns a feasible solution of a problem, or None. A witness at rest or with a blackout is left alone.
    """
    formulation, radius = witness.formulation, FIRST_PU
    if formulation is None or witness.dark:
        return
    cols = binaries(formulation)
    held = formulation.problem.fixed(cols, np.rint(witness.x[cols]))
    while going() and radius >= LAST_PU:
        before = witness.usd
        near = tangent(held, network_point(formulation, witness.replay.day(witness.asks)), radius)
        solution = one_way_solution(formulation, near, solve)
        better = solution is not None and witness.offer(formulation, solution.x)
        radius *= GROW if better and before - witness.usd > PROGRESS * abs(before) else SHRINK


def network_point(formulation: Formulation, day: Mapping[str, NDArray[np.float64]]) -> Floats:
    """Return columns (n,) with the network's voltages, currents and flows of a replayed day; others are at their lower ends."""
    feeder, columns = formulation.scenario.feeder, formulation.problem.columns
    x = formulation.problem.lower.copy()
    u = day["v_pu"] ** 2
    x[columns["u"]] = u[:, 1:]
    x[columns["l"]] = (day["loading"] * feeder.arrays.rating) ** 2
    x[columns["P"]], x[columns["Q"]] = day["flow_p_mw"] / feeder.base_mva, day["flow_q_mvar"] / feeder.base_mva
    for name, tap in formulation.taps.items():
        position = formulation.windows[name].low
        factor = np.interp(position, tap.positions, tap.factors)
        x[tap.scaled.col] = (factor * tap.u.value(x))[tap.scaled.row]
    return x


def tangent(problem: Problem, x: Floats, radius_pu: float) -> Problem:
    """Return the problem with the tangents of l s = P^2 + Q^2 at x (n,) for the cones of flow, and P and Q near x.

    A cone's members m = G x + h have m0^2 - m1^2 - m2^2 - m3^2 = 4 (l s - P^2 - Q^2), so that its tangent is linear in m.
    """
    flow = np.unique(problem.cones["flow"])
    rows = problem.members(flow)
    members = (problem.G @ x + problem.h)[rows].reshape(-1, 4) * np.array([1.0, -1.0, -1.0, -1.0])
    members /= np.abs(members).max(axis=1, keepdims=True)
    pick = sp.csr_array((members.ravel(), (np.repeat(np.arange(flow.size), 4), rows)), shape=(flow.size, problem.G.shape[0]))
    side = -(pick @ problem.h)
    kept = np.setdiff1d(np.arange(problem.cone_sizes.size), flow)
    inside = problem.members(kept)
    lower, upper = problem.lower.copy(), problem.upper.copy()
    for name in "PQ":
        cols = problem.columns[name]
        lower[cols] = np.maximum(lower[cols], x[cols] - radius_pu)
        upper[cols] = np.minimum(upper[cols], x[cols] + radius_pu)
    implied = problem.implied.copy()
    implied[problem.columns["P"]] = implied[problem.columns["Q"]] = False
    return replace(
        problem, lower=lower, upper=upper, implied=implied,
        A=sp.csr_array(sp.vstack([problem.A, pick @ problem.G], format="csr")),
        row_lower=np.concatenate([problem.row_lower, side]), row_upper=np.concatenate([problem.row_upper, side]),
        G=sp.csr_array(problem.G[inside]), h=problem.h[inside], cone_sizes=problem.cone_sizes[kept], gates=problem.gates[kept],
    )  # fmt: skip
