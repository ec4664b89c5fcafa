"""The blackout bound: what a day with at least one dark step costs at the least."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.oracle.formulation import Formulation, blackout_bill
from gridbench.oracle.projection import Projection

if TYPE_CHECKING:
    from gridbench.oracle.affine import Floats
    from gridbench.oracle.conic import Solution


def step_floors(formulation: Formulation, solution: Solution | None) -> Floats:
    """Return a lower bound of the money of each step without a blackout (steps,), whatever its states at the start.

    `formulation` must be one of steps taken apart; without a solution the boxes alone speak.
    """
    projection = Projection(formulation.problem, formulation.scenario.steps)
    none = np.zeros(formulation.problem.A.shape[0]), np.zeros(formulation.problem.G.shape[0])
    floor = projection.cuts(*none).constant
    if solution is not None and solution.usable:
        floor = np.maximum(floor, projection.cuts(solution.y, solution.w).constant)
    return floor + formulation.problem.offset / formulation.scenario.steps


def blackout_bound(formulation: Formulation, solution: Solution | None) -> float:
    """Return a lower bound of the money of every day with at least one dark step: docs/formulation.md has the proof."""
    floor = step_floors(formulation, solution)
    bill = blackout_bill(formulation.scenario, formulation.series)
    least = np.minimum(floor, bill)
    return float(least.sum() + (bill - least).min())
