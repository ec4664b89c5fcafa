"""The rolling horizon: what to do now, by the formulation of the rest of the day at a forecast (model predictive control).

Every few steps a plan is made: commitment by Benders, positions by dynamic programming, then the conic problem of the whole
horizon. In between a decision solves the network of the next steps exactly; later steps speak through the cuts of the
plan's multipliers, priced anew at what is known now (generalised Benders, Geoffrion 1972).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import SolverError
from gridbench.oracle.certify import asks_of
from gridbench.oracle.conic import Solution, solve_conic
from gridbench.oracle.formulation import Formulation, Start, fixed_windows, formulate
from gridbench.oracle.integer import Benders, Clock
from gridbench.oracle.modes import binaries, one_way
from gridbench.oracle.multipliers import Multipliers
from gridbench.oracle.near import jointly, nearby
from gridbench.oracle.recovery import paths
from gridbench.oracle.schedule import scheduled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gridbench.oracle.affine import Floats
    from gridbench.oracle.problem import Problem
    from gridbench.scenario.scenario import Columns, Scenario

TOLERANCE = 1e-6
PLAN_S = 120.0
"""Time after which a solver is given up, far above what it takes: decisions must not depend on the clock."""


@dataclass(frozen=True)
class Rolling:
    """How far ahead a decision looks, how many steps have their network, and how often all of it is planned anew."""

    steps: int = 24
    near_steps: int = 2
    plan_every: int = 6
    rounds: int = 3
    """Rounds of Benders in the first plan of a day; later plans take the commitment before as their start, and one round."""
    gap: float = 1e-3
    threads: int = 1


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan from step `t` on: gates and positions by name, arrays (steps,), and the multipliers of its conic problem."""

    t: int
    gates: dict[str, Floats]
    path: dict[str, Floats]
    multipliers: Multipliers

    def at(self, numbers: dict[str, Floats], t: int, steps: int) -> dict[str, Floats]:
        """Return gates or positions from step t on, the last ones repeated."""
        return {name: known[np.minimum(np.arange(steps) + t - self.t, len(known) - 1)] for name, known in numbers.items()}


class Horizon:
    """Decides step after step of one day; `begin` before each day."""

    def __init__(self, scenario: Scenario, rolling: Rolling | None = None) -> None:
        """Take a scenario and how to look ahead."""
        self.scenario, self.rolling = scenario, Rolling() if rolling is None else rolling
        self.plan: Plan | None = None

    def begin(self) -> None:
        """Forget the plan of the day before."""
        self.plan = None

    def decide(self, t: int, start: Start, outlooks: Sequence[Columns]) -> NDArray[np.float32]:
        """Return what to ask for in step t of the day (asks,), from the states before it.

        `outlooks` are series of the whole day, as known and forecast; where there are several, samples, the plan is made for
        the first one, and the decision is the best on average over what each would lead to. A horizon that ends before the
        day is priced at its end as the day is. Raises SolverError where no solver brings a schedule.
        """
        steps = min(self.rolling.steps, self.scenario.steps - t)
        rest = replace(self.scenario, steps=steps)
        ahead = [{name: np.asarray(one[name])[t : t + steps] for name in self.scenario.columns} for one in outlooks]
        for fresh in (self.plan is None or t - self.plan.t >= self.rolling.plan_every, True):
            if fresh or self.plan is None:
                self.plan = self._planned(t, rest, ahead[0], start)
            windows = fixed_windows(rest, self.plan.at(self.plan.path, t, steps))
            formulations = [formulate(rest, one, windows, start=start) for one in ahead]
            try:
                x = self._near(formulations, self.plan, t)
                break
            except SolverError:
                if fresh:  # what was planned before may have become impossible: that of now is not
                    raise
        asks: NDArray[np.float32] = asks_of(formulations[0], x)[0]
        return asks

    def _planned(self, t: int, rest: Scenario, ahead: Columns, start: Start) -> Plan:
        """Return a plan of the whole horizon."""
        hull = formulate(rest, ahead, start=start)
        problem = scheduled(hull)
        root = _solved(problem, self.rolling.threads)
        cols = binaries(hull)
        benders = Benders(problem, cols, rest.steps, root, self.rolling.threads)
        clock, x = Clock(PLAN_S), root.x.copy()
        modes, numbers, _ = one_way(hull, root.x)
        x[modes] = numbers
        if self.plan is not None:
            kept = x.copy()
            for name, gates in self.plan.at(self.plan.gates, t, rest.steps).items():
                kept[problem.columns[name]] = gates
            benders.try_point(kept[cols], clock)
        benders.try_point(x[cols], clock)
        for _ in range(self.rolling.rounds if self.plan is None else 1):
            if benders.search.gap <= self.rolling.gap or not benders.round(self.rolling.gap, clock):
                break
        best = benders.search.x
        if best is None:
            raise SolverError(f"step {t}: no commitment that was tried has a schedule")
        path = paths(hull, best, [d.name for d in rest.stepped])[0]
        committed = {name: np.rint(best[problem.columns[name]]) for name in hull.gates()}
        whole = formulate(rest, ahead, fixed_windows(rest, path), start=start)
        held = _committed(scheduled(whole), committed)
        return Plan(t, committed, path, Multipliers.of(held, rest.steps, _solved(held, self.rolling.threads)))

    def _near(self, formulations: Sequence[Formulation], plan: Plan, t: int) -> Floats:
        """Return columns of the first formulation: the network of its next steps is solved, later ones have the plan's cuts.

        With several formulations the controls of the first step are the same in all, and their money is averaged.
        """
        first, steps = formulations[0], formulations[0].scenario.steps
        problems = [_committed(scheduled(one), plan.at(plan.gates, t, steps)) for one in formulations]
        for attempt in range(2):
            cuts = [plan.multipliers.over(problem, steps, t - plan.t) for problem in problems]
            parts = [nearby(p, steps, self.rolling.near_steps, cut) for p, cut in zip(problems, cuts, strict=True)]
            cols = parts[0][1]
            shared = np.flatnonzero(np.isin(cols, first_controls(first)))
            solution = _solved(jointly([part for part, _ in parts], shared), self.rolling.threads)
            x = problems[0].lower.copy()
            x[cols] = solution.x[: cols.size]
            modes, numbers, both = one_way(first, x)
            if attempt or not both:
                break
            problems = [problem.fixed(modes, numbers) for problem in problems]
        return x


def first_controls(formulation: Formulation) -> NDArray[np.int64]:
    """Return the columns of all devices' controls in the first step, but for the tie's: they follow from the others."""
    devices = [d for d in formulation.scenario.devices if d is not formulation.scenario.tie]
    controls = [control for device in devices for control in formulation.days[device.name].controls.values()]
    return np.concatenate([control[:1].col for control in controls])


def _committed(problem: Problem, gates: dict[str, Floats]) -> Problem:
    """Return a problem with the gates of devices fixed."""
    cols = [np.zeros(0, dtype=np.int64), *(problem.columns[name] for name in gates)]
    return problem.fixed(np.concatenate(cols), np.concatenate([np.zeros(0), *gates.values()]))


def _solved(problem: Problem, threads: int) -> Solution:
    """Return a solution. Raises SolverError where there is none."""
    for tolerance in (TOLERANCE, 1e2 * TOLERANCE):
        solution = solve_conic(problem, PLAN_S, threads, tolerance)
        if solution.feasible and solution.usable:
            return solution
    raise SolverError(f"Clarabel: ended with {solution.status}")
