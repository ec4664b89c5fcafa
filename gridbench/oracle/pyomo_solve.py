"""Pyomo models in files, and in the hands of other solvers: their intervals are their word, within their tolerances."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyomo.environ as pyo
from pyomo.common.log import LoggingIntercept

from gridbench.errors import InvalidInput, UnknownName
from gridbench.oracle.failure import solver as failing

if TYPE_CHECKING:
    from pathlib import Path

    from gridbench.oracle.pyomo_device import Component

SUFFIXES = (".nl", ".lp", ".mps")
FACES = {"scip": ("scip_direct", "scip")}
"""Pyomo's names of a solver where they are not its own: pyscipopt first, then the executable."""
GAPS = {"scip": "limits/gap", "gurobi": "MIPGap", "highs": "mip_rel_gap", "baron": "EpsR", "xpress": "miprelstop"}
"""What a solver calls the relative gap; the others keep their own."""
REMEDIES = {"scip": "pip install 'gridbench[scip]'", "gurobi": "pip install gurobipy, and get a licence"}
TUNED = {
    "scip": {
        f"{part}/freq": -1
        for part in ("propagating/obbt", "heuristics/subnlp", "heuristics/multistart", "heuristics/nlpdiving", "heuristics/mpec")
    }
}
"""Settings under which a solver is faster on relaxed models: SCIP spends most of its time on bounds and on local searches."""
BROKEN = 1e-5
"""A point that breaks a row, a bound or an integer by more is none."""


class Interval(NamedTuple):
    """What a solver says: the least cost of the model lies between the two; how it ended."""

    lower_usd: float
    upper_usd: float
    status: str

    @property
    def gap(self) -> float:
        """The width of the interval, relative to the upper end; infinite where an end is."""
        width = self.upper_usd - self.lower_usd
        return width / max(abs(self.upper_usd), 1e-9) if np.isfinite(width) else np.inf


def check_suffix(path: Path) -> None:
    """Raise InvalidInput for a file that `export` does not write."""
    if path.suffix not in SUFFIXES:
        raise InvalidInput(str(path), [f"the suffix says the format of a model: choose one of {', '.join(SUFFIXES)}"])


def export(model: Component, path: Path) -> None:
    """Write a model in the format of the suffix, names of components included; raises InvalidInput, OSError."""
    check_suffix(path)
    model.write(str(path), io_options={"symbolic_solver_labels": True})
    if path.suffix == ".lp":  # SCIP reads a square without the space only
        path.write_text(path.read_text(encoding="utf-8").replace(" ^ 2", " ^2"), encoding="utf-8")


def installed(solver: str, *, tuned: bool = False) -> str:
    """Return Pyomo's name of a solver that is here.

    Raises UnknownName, or InvalidInput that says what to install, or that there are no tuned settings.
    """
    faces = FACES.get(solver, (solver,))
    if faces[0] not in pyo.SolverFactory:
        raise UnknownName("solver", solver, [name for name in pyo.SolverFactory if not name.startswith("_")])
    if tuned and solver not in TUNED:
        raise InvalidInput(f"solver {solver}", [f"there are no tuned settings for it, only for {', '.join(TUNED)}"])
    with LoggingIntercept(module="pyomo"):
        for face in faces:
            if pyo.SolverFactory(face).available(exception_flag=False):
                return face
    raise InvalidInput(f"solver {solver}", [f"is not installed: {REMEDIES.get(solver, 'put its executable on the PATH')}"])


def solve_with(model: Component, solver: str, time_limit_s: float, gap: float, *, tuned: bool = False) -> Interval:
    """Return the interval that a solver of Pyomo's finds (usd), and leave its best point in the model.

    The upper end is the cost of that point, or infinite where it breaks the model. Raises UnknownName, InvalidInput for a
    solver that is not installed or has no tuned settings, SolverError for one that fails or cannot solve such models.
    """
    face = installed(solver, tuned=tuned)
    options: dict[str, float] = {GAPS[solver]: gap} if solver in GAPS else {}
    options |= TUNED[solver] if tuned else {}
    with failing(solver), LoggingIntercept(module="pyomo"):
        results = pyo.SolverFactory(face).solve(model, timelimit=time_limit_s, load_solutions=False, options=options)
        found = len(results.solution) > 0
        if found:
            model.solutions.load_from(results)
    status, told = str(results.solver.termination_condition), results.problem.lower_bound
    lower_usd = -np.inf if told is None else float(told)
    if not found:
        return Interval(lower_usd, np.inf, status)
    worst, where = excess(model)
    if worst > BROKEN:
        return Interval(lower_usd, np.inf, f"{status}; its point breaks {where} by {worst:.2g}")
    return Interval(lower_usd, float(pyo.value(model.cost)), status)


def excess(model: Component) -> tuple[float, str]:
    """Return by how much the values of a model's variables break a row, a bound or an integer at the most, and its name."""
    worst = [(-float(row.slack()), row.name) for row in model.component_data_objects(pyo.Constraint, active=True)]
    for variable in model.component_data_objects(pyo.Var):
        value = variable.value
        if value is not None:  # a variable that stands nowhere has none
            off = [sign * (value - end) for sign, end in zip((-1, 1), variable.bounds, strict=True) if end is not None]
            off += [abs(value - round(value))] if variable.is_integer() else []
            worst.append((max(off, default=0.0), variable.name))
    return max(worst)
