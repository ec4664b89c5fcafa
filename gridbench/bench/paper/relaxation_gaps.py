"""The gaps of the second-order cone relaxation on PGLib-OPF, as its BASELINE.md prints them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gridbench.bench.paper.finding import Finding
from gridbench.bench.paper.meshed_relaxation import meshed_relaxation
from gridbench.bench.paper.tables import about
from gridbench.bench.paper.transmission_case import published_case
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.safe_bound import safe_bound

if TYPE_CHECKING:
    from collections.abc import Iterator

TIME_LIMIT_S = 60.0
TOLERANCE = 1e-9
PERCENT_POINTS = 0.02


def bound_usd_per_h(case: str) -> float:
    """Return a number that no AC optimal power flow of a case of PGLib-OPF costs less than; raises UnknownName, SolverError."""
    problem = meshed_relaxation(published_case(case))
    solution = solve_conic(problem, TIME_LIMIT_S, tolerance=TOLERANCE)
    return safe_bound(problem, solution.y, solution.w)


def findings() -> Iterator[Finding]:
    """Yield the gap of each case, its bound against the published AC objective."""
    for case, stated in about("pglib")["published"].items():
        bound, ac = bound_usd_per_h(case), float(stated["ac_usd_per_h"])
        gap = 100.0 * (ac - bound) / ac
        how = f"safe bound {bound:.2f} usd/h, published AC {ac:g}"
        item = f"PGLib {case}, SOC gap"
        yield Finding(item, "%", stated["soc_gap_percent"], gap, PERCENT_POINTS, how, proved=math.isfinite(bound))
