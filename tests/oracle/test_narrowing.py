"""Narrowed windows keep the witness's own positions, and lift the bound."""

from __future__ import annotations

import numpy as np

from gridbench.oracle import solve
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.formulation import formulate
from gridbench.oracle.integer import Clock
from gridbench.oracle.narrowing import narrowed
from gridbench.oracle.safe_bound import safe_bound


def test_the_witness_s_own_positions_stay_inside_and_the_bound_rises(scenario, formulation, root):
    dispatch = solve(scenario, "test", 0, time_limit_s=30.0)
    gap_usd = dispatch.witness_usd - safe_bound(formulation.problem, root.y, root.w)
    *_, windows = narrowed(formulation, root, dispatch.witness_usd + 0.01, Clock(60.0), 1)
    names = [f"{d.name}.{name}" for d in scenario.devices for name in d.asks()]
    path, window = dispatch.asks[:, names.index("reg.position")], windows["reg"]
    assert np.all(window.low <= path)
    assert np.all(path <= window.high)
    assert window.u_high.max() < formulation.windows["reg"].u_high.max()
    tighter = formulate(scenario, formulation.series, windows)
    assert tighter.problem.n == formulation.problem.n
    again = solve_conic(tighter.problem, 60.0)
    before = safe_bound(formulation.problem, root.y, root.w)
    after = safe_bound(tighter.problem, again.y, again.w)
    assert after > before + 1e-3 * gap_usd
