"""The race: one day in the hands of the pipeline and of general solvers, each until the gap or the time that it is given."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import GridbenchError
from gridbench.oracle import solve
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.formulation import formulate
from gridbench.oracle.outer import OuterApproximation
from gridbench.oracle.witness import Witness
from gridbench.text import aligned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from gridbench.scenario.scenario import Scenario

HEADER = "instance", "solver", "lower usd", "upper usd", "gap %", "seconds", "gap"
PATIENCE = 1.5
"""How many time limits a solver may take, and a minute, before it counts as hung."""
Ends = tuple[float, float]
"""Lower and upper end of an interval (usd)."""


def width(lower: float, upper: float) -> float:
    """Return the width of an interval relative to its upper end, infinite where an end is."""
    return (upper - lower) / max(abs(upper), 1e-9) if np.isfinite(upper - lower) else np.inf


@dataclass(frozen=True)
class Lap:
    """What a solver found of an instance, and how long it took."""

    instance: str
    solver: str
    lower_usd: float
    upper_usd: float
    seconds: float
    ending: str

    @property
    def gap(self) -> float:
        """The width of the interval, relative to the upper end."""
        return width(self.lower_usd, self.upper_usd)

    def cells(self) -> list[str]:
        """Return the lap as a line of the table."""
        ends = [f"{end:.2f}" if np.isfinite(end) else "none" for end in (self.lower_usd, self.upper_usd)]
        gap = f"{100 * self.gap:.4f}" if np.isfinite(self.gap) else "none"
        return [self.instance, self.solver, *ends, gap, f"{self.seconds:.1f}", self.ending]


def pipeline(scenario: Scenario, day: int, limit_s: float, gap: float) -> Ends:
    """Return the interval of `gridbench.oracle.solve`: its upper end is replayed in the plant."""
    found = solve(scenario, "test", day, time_limit_s=limit_s, gap=gap, threads=1)
    return found.bound_usd, found.witness_usd


def scip(scenario: Scenario, day: int, limit_s: float, gap: float, *, tuned: bool) -> Ends:
    """Return what SCIP says of the Pyomo model, of the same laws; raises InvalidInput where it is not installed."""
    from gridbench.oracle.pyomo_model import pyomo_model  # noqa: PLC0415 heavy, and an extra
    from gridbench.oracle.pyomo_solve import solve_with  # noqa: PLC0415

    found = solve_with(pyomo_model(scenario, "test", day), "scip", limit_s, gap, tuned=tuned)
    return found.lower_usd, found.upper_usd


def outer_approximation(scenario: Scenario, day: int, limit_s: float, gap: float) -> Ends:
    """Return what HiGHS with tangents says of the whole problem (Duran and Grossmann 1986), taps and banks in their hulls."""
    end = time.perf_counter() + limit_s
    problem = formulate(scenario, scenario.window("test", day)).problem
    cols = np.flatnonzero(problem.integer)
    outer, lower, upper = OuterApproximation(problem, mixed=True), -np.inf, np.inf
    outer.cut(solve_conic(problem, limit_s).x)
    while (left := end - time.perf_counter()) > 0.0 and width(lower, upper) > gap:
        answer = outer.solve(left, 0.2 * gap)
        lower = max(lower, answer.bound)
        if answer.x is None:
            break
        held = solve_conic(problem.fixed(cols, np.rint(answer.x[cols])), max(end - time.perf_counter(), 1e-3))
        if held.feasible:
            upper = min(upper, held.money)
            outer.cut(held.x)
        outer.cut(answer.x, least=1e-7)
    return lower, upper


SOLVERS: dict[str, Callable[..., Ends]] = {
    "pipeline": pipeline,
    "SCIP, tuned": partial(scip, tuned=True),
    "SCIP": partial(scip, tuned=False),
    "HiGHS, outer approximation": outer_approximation,
}
"""What runs, in order."""


def laps(instances: dict[str, tuple[Scenario, int]], limit_s: float, gap: float) -> Iterator[Lap]:
    """Yield what each solver finds of each instance (scenario and test day) within the time, one after the other.

    Each runs in a process of its own, since a solver that crashes or hangs takes its process along; the simulator is compiled
    before.
    """
    for instance, (scenario, day) in instances.items():
        Witness(scenario, scenario.window("test", day))
        for solver, run in SOLVERS.items():
            found = _apart(run, limit_s, (scenario, day, limit_s, gap))
            if isinstance(found, str):
                yield Lap(instance, solver, -np.inf, np.inf, np.nan, ending=found)
                continue
            lap = Lap(instance, solver, *found, ending="not reached")
            near = lap.gap <= 1.01 * gap  # a solver's gap may be relative to the lower end
            yield replace(lap, ending="reached") if near else lap


def _apart(run: Callable[..., Ends], limit_s: float, given: tuple[object, ...]) -> tuple[float, float, float] | str:
    """Return what a solver finds in a process of its own, with its seconds, or how it ended; raises what the solver raises."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_timed, args=(there, run, given))
    process.start()
    there.close()
    try:
        if not here.poll(PATIENCE * limit_s + 60.0):
            return "hung"
        found = here.recv()
    except EOFError:
        return "crashed"
    finally:
        process.kill()
        process.join()
    if isinstance(found, GridbenchError):
        raise found
    lower, upper, seconds = found
    return lower, upper, seconds


def _timed(answer: Connection, run: Callable[..., Ends], given: tuple[object, ...]) -> None:
    """Send what a solver finds, and its seconds, those of building its model included; or the error that it raises."""
    begun = time.perf_counter()
    try:
        answer.send((*run(*given), time.perf_counter() - begun))
    except GridbenchError as error:
        answer.send(error)


def table(found: list[Lap]) -> str:
    """Return the laps as text."""
    return aligned([HEADER, *(lap.cells() for lap in found)])


def document(found: list[Lap]) -> list[dict[str, object]]:
    """Return the laps for machines; what is not finite is None."""
    return [
        {name: one if isinstance(one, str) or np.isfinite(one) else None for name, one in asdict(lap).items()} for lap in found
    ]
