"""The expert: the rest of a day, planned by the oracle's formulation from any state, with the day known in advance."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import SolverError
from gridbench.oracle.certify import asks_of
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.formulation import fixed_windows, formulate
from gridbench.oracle.modes import binaries, nearest
from gridbench.oracle.recovery import paths
from gridbench.oracle.safe_bound import safe_bound
from gridbench.oracle.schedule import one_way_solution, scheduled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.oracle.conic import Solution
    from gridbench.oracle.formulation import Start
    from gridbench.oracle.problem import Problem
    from gridbench.scenario.scenario import Columns, Scenario

PLAN_S = 120.0
"""Time after which a solver is given up, far above what it takes: plans must not depend on the clock."""
TOLERANCES = (1e-6, 1e-4)


@dataclass(frozen=True, eq=False)
class Plan:
    """What to ask for in the steps from `t` on (steps - t, asks), float32, in the plant's order; `cpu_s` is what it took.

    No way through the rest of the day from the same state that survives it costs less than `bound_usd`.
    """

    t: int
    asks: NDArray[np.float32]
    bound_usd: float
    cpu_s: float


def planned(scenario: Scenario, columns: Columns, t: int, states: NDArray[np.float64], margin_pu: float = 0.0) -> Plan:
    """Return a plan of the day with the series `columns` from step t on, where the devices are in `states` (states,).

    The relaxation says which units run and where positions lie; these held, all powers are dispatched anew, as in the oracle's
    first schedule of a day. The best schedules lie at the limits, where whoever imitates them with an error breaks them: plans
    keep `margin_pu` away from the limits of the voltage. Its multipliers bound the cost with the limits as they are (weak
    duality). Raises SolverError where no solver brings a schedule.
    """
    began = time.process_time()
    band, true = scenario.voltage, replace(scenario, steps=scenario.steps - t)
    rest = replace(true, voltage=replace(band, v_min_pu=band.v_min_pu + margin_pu, v_max_pu=band.v_max_pu - margin_pu))
    ahead = {name: np.asarray(columns[name])[t:] for name in scenario.columns}
    start = _start(scenario, states)
    hull = formulate(rest, ahead, start=start)
    root = _solved(hull.problem)
    if root is None:
        raise SolverError(f"step {t}: the relaxation of the rest of the day has no solution")
    path = paths(hull, root.x, [device.name for device in rest.stepped])[0]
    whole = formulate(rest, ahead, fixed_windows(rest, path), start=start)
    held = scheduled(whole)
    found = one_way_solution(whole, held.fixed(binaries(whole), nearest(hull, root.x)), _solved)
    if found is None:
        raise SolverError(f"step {t}: the commitment of the relaxation has no schedule")
    bound_usd = safe_bound(formulate(true, ahead, start=start).problem, root.y, root.w)
    return Plan(t, asks_of(whole, found.x), bound_usd, time.process_time() - began)


def _solved(problem: Problem) -> Solution | None:
    """Return a feasible solution, or None."""
    for tolerance in TOLERANCES:
        solution = solve_conic(problem, PLAN_S, 1, tolerance)
        if solution.feasible and solution.usable:
            return solution
    return None


def _start(scenario: Scenario, states: NDArray[np.float64]) -> Start:
    """Return states (states,) in the plant's order by device and name."""
    numbers = iter(np.asarray(states, dtype=np.float64).tolist())
    return {device.name: {name: next(numbers) for name in device.states()} for device in scenario.devices}
