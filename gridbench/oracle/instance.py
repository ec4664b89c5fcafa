"""An instance: one day of a scenario as a problem to look into and to relax."""

from __future__ import annotations

import time
from dataclasses import astuple, dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import InvalidInput, SolverError
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.formulation import formulate
from gridbench.oracle.infeasible import Conflict, why_infeasible
from gridbench.oracle.naming import NETWORK, Names
from gridbench.oracle.prices import Relaxation
from gridbench.oracle.safe_bound import safe_bound
from gridbench.text import aligned

if TYPE_CHECKING:
    from gridbench.oracle.affine import Indices
    from gridbench.oracle.taps import Windows
    from gridbench.scenario.scenario import Scenario


@dataclass(frozen=True)
class Sizes:
    """How large a problem or a part of it is; nonzeros are those of its rows and of its cones."""

    columns: int
    rows: int
    cones: int
    integers: int
    nonzeros: int


class Instance:
    """One day of a scenario, formulated. Raises UnknownName or InvalidInput for a day that is not there."""

    def __init__(self, scenario: Scenario, split: str, day: int, windows: Windows | None = None) -> None:
        """Formulate the day over windows of positions, the widest by default."""
        self.scenario, self.split, self.day = scenario, split, day
        self.formulation = formulate(scenario, scenario.window(split, day), windows)
        self.problem = self.formulation.problem
        self.columns = Names(scenario, "column", self.problem.columns)
        self.rows = Names(scenario, "row", self.problem.rows)
        self.cones = Names(scenario, "cone", self.problem.cones)

    @property
    def name(self) -> str:
        """The scenario and the day."""
        return f"{self.scenario.id}, split {self.split}, day {self.day}"

    @cached_property
    def sizes(self) -> Sizes:
        """The size of the whole problem."""
        parts = np.array([astuple(part) for part in self.parts.values()])
        return Sizes(*(int(total) for total in parts.sum(axis=0)))

    @cached_property
    def parts(self) -> dict[str, Sizes]:
        """The sizes by device, and what is left as that of the `network`."""
        p = self.problem
        starts = np.concatenate([[0], np.cumsum(p.cone_sizes)])
        in_row, in_cone = np.diff(p.A.indptr), np.diff(p.G.indptr[starts])
        parts = {}
        for owner in (*(d.name for d in self.scenario.devices), NETWORK):
            columns, rows, cones = (_of(names, owner) for names in (self.columns, self.rows, self.cones))
            filled = in_row[rows].sum() + in_cone[cones].sum()
            parts[owner] = Sizes(columns.size, rows.size, cones.size, int(p.integer[columns].sum()), int(filled))
        return parts

    def table(self) -> str:
        """Return the sizes of the parts that have any, and of the whole, as text."""
        head = ("part", *(field.name for field in fields(Sizes)))
        lines = {**{name: part for name, part in self.parts.items() if any(astuple(part))}, "total": self.sizes}
        return aligned([head, *((name, *map(str, astuple(part))) for name, part in lines.items())])

    def relax(self, time_limit_s: float = 60.0, threads: int = 1) -> Relaxation:
        """Return the solved continuous relaxation, and whatever the time allows of it.

        Rows are solved as they stand, not as boxes, so that the multipliers are theirs. Raises InvalidInput where nothing is
        feasible, with the smallest group of rows that conflict, and SolverError where the solver leaves nothing to read.
        """
        began = time.perf_counter()
        solution = solve_conic(self.problem.as_stated(), time_limit_s, threads)
        seconds = time.perf_counter() - began
        if solution.infeasible:
            conflict = self.why_infeasible(time_limit_s, threads)
            raise InvalidInput(self.name, [str(conflict) if conflict else f"the solver says {solution.status}, and no law why"])
        if not solution.usable:
            raise SolverError(f"{self.name}: the solver ended with {solution.status}")
        return Relaxation(self.formulation, solution, safe_bound(self.problem, solution.y, solution.w), seconds)

    def why_infeasible(self, time_limit_s: float = 60.0, threads: int = 1) -> Conflict | None:
        """Return the smallest group of laws that conflict on this day, None where all can be kept at once."""
        return why_infeasible(self.formulation, time_limit_s, threads)


def _of(names: Names, owner: str) -> Indices:
    """Return the numbers that an owner has."""
    own = [numbers.ravel() for block, numbers in names.blocks.items() if names.owner(block) == owner]
    numbers = np.concatenate([np.zeros(0, dtype=np.int64), *own])
    return numbers[numbers >= 0]
