"""What is known of flows while energy is paid for holds for the witness itself, and lifts the bound."""

from __future__ import annotations

import numpy as np
import pytest
import tiny_grid as tiny

from gridbench.oracle import solve
from gridbench.oracle.certify import Replay
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.flow_ranges import narrowed_flows
from gridbench.oracle.formulation import formulate
from gridbench.oracle.integer import Clock
from gridbench.oracle.modes import paid_usd_per_mwh
from gridbench.oracle.safe_bound import safe_bound


@pytest.fixture(scope="module")
def paid():
    return tiny.scenario(6, cheaper=60.0)


@pytest.fixture(scope="module")
def witness(paid):
    return solve(paid, "test", 0, time_limit_s=30.0)


@pytest.fixture(scope="module")
def narrow(paid, witness):
    """Twice what is known, the second time from the root that the first one gives."""
    first = formulate(paid, paid.window("test", 0))
    rows, roots = [first], [solve_conic(first.problem, 60.0)]
    for _ in range(2):
        *_, flows = narrowed_flows(rows[-1], roots[-1], witness.witness_usd + 0.01, Clock(60.0), 1)
        rows.append(formulate(paid, first.series, known=flows))
        roots.append(solve_conic(rows[-1].problem, 60.0))
    return rows, roots


def test_the_witness_s_own_flows_stay_inside(paid, witness, narrow):
    day = Replay(paid, paid.window("test", 0)).day(witness.asks)
    base, at = paid.feeder.base_mva, paid_usd_per_mwh(paid, paid.window("test", 0)) > 0.0
    P, Q, u = day["flow_p_mw"] / base, day["flow_q_mvar"] / base, day["v_pu"] ** 2
    known = narrow[0][-1].known
    assert at.any()
    for flow, kept in (P, known.P), (Q, known.Q):
        assert np.all(kept.low[at] <= flow[at])
        assert np.all(flow[at] <= kept.high[at])
    assert np.all(known.u_low <= u)
    assert len(known.planes) == 2
    for a, b, c in (np.moveaxis(plane, -1, 0) for plane in known.planes):
        stated = np.isfinite(a)
        assert stated[at].any()
        assert not stated[~at].any()
        assert np.all((a * P + b * Q + c >= P**2 + Q**2)[stated])


def test_the_bound_rises_and_stays_below_the_witness(witness, narrow):
    bounds = [safe_bound(one.problem, root.y, root.w) for one, root in zip(*narrow, strict=True)]
    gap_usd = witness.witness_usd - bounds[0]
    assert bounds[1] > bounds[0] + 0.02 * gap_usd
    assert bounds[2] >= bounds[1] - 1e-6
    assert bounds[2] <= witness.witness_usd + 0.01
