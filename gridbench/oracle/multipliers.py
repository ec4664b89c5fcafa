"""Multipliers of a plan by name and step, so that a later problem of the same day, shorter or with other data, can be priced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gridbench.oracle.affine import Floats, Indices
    from gridbench.oracle.conic import Solution
    from gridbench.oracle.problem import Problem


@dataclass(frozen=True, eq=False)
class Multipliers:
    """Blocks of rows and of cone rows, arrays (steps, ...), by name; what does not go by steps is left out."""

    rows: dict[str, Floats]
    cones: dict[str, Floats]

    @classmethod
    def of(cls, problem: Problem, steps: int, solution: Solution) -> Multipliers:
        """Return the multipliers of a solution of the problem."""
        rows = {name: np.where(at < 0, 0.0, solution.y[at]) for name, at in _rows(problem, steps)}
        return cls(rows, {name: solution.w[at] for name, at in _members(problem, steps)})

    def over(self, problem: Problem, steps: int, later: int) -> tuple[Floats, Floats]:
        """Return multipliers of the rows (m,) and cone rows of a problem that begins `later` steps later.

        Steps beyond the last one that is known take its multipliers: any are valid.
        """
        y, w = np.zeros(problem.A.shape[0]), np.zeros(problem.G.shape[0])
        for name, at in _rows(problem, steps):
            known = self.rows.get(name)
            if known is not None:
                moved, there = known[_moved(known, steps, later)], at >= 0
                y[at[there]] = moved[there]
        for name, at in _members(problem, steps):
            known = self.cones.get(name)
            if known is not None:
                w[at] = known[_moved(known, steps, later)]
        return y, w


def _moved(known: Floats, steps: int, later: int) -> Indices:
    """Return which steps of a block the steps of a later problem are."""
    return np.minimum(np.arange(steps) + later, len(known) - 1)


def _rows(problem: Problem, steps: int) -> Iterator[tuple[str, Indices]]:
    """Yield the blocks of rows that go by steps: arrays (steps, ...) of row numbers, -1 where there is no row."""
    for name, at in problem.rows.items():
        if at.ndim and at.shape[0] == steps:
            yield name, at


def _members(problem: Problem, steps: int) -> Iterator[tuple[str, Indices]]:
    """Yield the blocks of cones that go by steps: arrays (steps, cones, members) of rows of G."""
    for name, cones in problem.cones.items():
        if cones.size and cones.size % steps == 0:
            size = int(problem.cone_sizes[cones[0]])
            yield name, (problem.cone_starts[cones][:, None] + np.arange(size)).reshape(steps, -1, size)
