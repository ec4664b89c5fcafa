"""The prices that schedules are made at: those of the day, and a little more where a relaxation would cheat."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gridbench.oracle.modes import loss_usd_per_pu2, one_way

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridbench.oracle.conic import Solution
    from gridbench.oracle.formulation import Formulation
    from gridbench.oracle.problem import Problem

LEAK_USD = 0.01
"""Price of a squared current (per pu^2): without it nothing keeps the cone of a branch without loss tight."""
RESPECT = 20.0
"""How many times its price a violation costs: of two schedules about as dear, the one inside the limits is wanted."""


def scheduled(formulation: Formulation) -> Problem:
    """Return the problem of a formulation at the prices of schedules, under which no loss is worth having."""
    problem, scenario = formulation.problem, formulation.scenario
    cost = problem.cost.copy()
    cost[problem.columns["l"]] += LEAK_USD + loss_usd_per_pu2(scenario, formulation.series)
    for limit in (scenario.voltage, scenario.loading, scenario.tie):
        for excess in limit.excesses:
            cost[problem.columns[f"{limit.name}.{excess}"]] *= RESPECT
    return replace(problem, cost=cost)


def one_way_solution(formulation: Formulation, problem: Problem, solve: Callable[[Problem], Solution | None]) -> Solution | None:
    """Return what `solve` finds, where it goes both ways at once, to burn energy, with every mode in its net direction."""
    solution = solve(problem)
    if solution is None:
        return None
    cols, numbers, both = one_way(formulation, solution.x)
    return (solve(problem.fixed(cols, numbers)) or solution) if both else solution
