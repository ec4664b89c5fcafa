"""The branch-flow equations hold for flows that Kirchhoff's laws give, computed with complex voltages instead."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridbench.physics import branch_flow


def complex_flow(rng: np.random.Generator, branches: int):
    """A random tree with random voltages, and what Ohm's and Kirchhoff's laws make of it."""
    parent = np.array([rng.integers(0, k + 1) for k in range(branches)])
    r, x, b = rng.uniform(0.001, 0.1, branches), rng.uniform(-0.02, 0.1, branches), rng.uniform(0.0, 0.2, branches)
    ratio = rng.uniform(0.9, 1.1, branches)
    shunt_g, shunt_b = rng.uniform(0, 0.1, branches + 1), rng.uniform(-0.1, 0.1, branches + 1)
    voltage = rng.uniform(0.8, 1.2, branches + 1) * np.exp(1j * rng.uniform(-0.3, 0.3, branches + 1))
    behind = ratio * voltage[parent]
    current = (behind - voltage[1:]) / (r + 1j * x)
    sent = behind * current.conj()
    received = voltage[1:] * current.conj() + 1j * b / 2 * abs(voltage[1:]) ** 2
    enters = sent - 1j * b / 2 * abs(behind) ** 2
    drawn = np.zeros(branches + 1, complex)
    np.add.at(drawn, parent, enters)
    injected = drawn + (shunt_g - 1j * shunt_b) * abs(voltage) ** 2
    injected[1:] -= received
    outgoing = (parent[:, None] == np.arange(1, branches + 1)[None, :]).astype(float)
    u, s = abs(voltage) ** 2, abs(behind) ** 2
    flow = {
        "u": u[1:],
        "s": s,
        "l": abs(current) ** 2,
        "P": sent.real,
        "Q": sent.imag,
        "p": injected.real[1:],
        "q": injected.imag[1:],
    }
    return (
        {"r": r, "x": x, "b": b, "shunt_g": shunt_g[1:], "shunt_b": shunt_b[1:], "outgoing": outgoing, **flow},
        u[parent],
        ratio,
    )


@given(seed=st.integers(0, 10_000), branches=st.integers(1, 12))
def test_a_flow_of_kirchhoff_leaves_no_residual(seed, branches):
    flow, u_from, ratio = complex_flow(np.random.default_rng(seed), branches)
    left = branch_flow.residuals(**flow)
    for residual in left:
        np.testing.assert_allclose(residual, 0.0, atol=1e-11)
    np.testing.assert_allclose(branch_flow.behind_transformer(u_from, ratio), flow["s"])
    np.testing.assert_allclose(branch_flow.squared_current(flow["P"], flow["Q"], flow["s"]), flow["l"])


@pytest.mark.parametrize("name", ["u", "l", "P", "Q", "p", "q", "s"])
def test_no_part_of_a_flow_can_be_changed_unnoticed(name):
    flow, _, _ = complex_flow(np.random.default_rng(5), 6)
    flow[name] = flow[name] + 0.01
    assert max(np.abs(r).max() for r in branch_flow.residuals(**flow)) > 1e-6


@given(P=st.floats(-3, 3), Q=st.floats(-3, 3), s=st.floats(0.5, 1.5), spare=st.floats(-0.5, 2))
def test_the_cone_holds_exactly_where_the_squared_current_is_not_understated(P, Q, s, spare):
    l = branch_flow.squared_current(P, Q, s) + spare  # noqa: E741
    cone = branch_flow.current_cone(P, Q, l, s)
    gap = np.hypot(*[np.hypot(*cone.parts[:2]), cone.parts[2]]) - cone.radius
    if spare > 1e-6:
        assert gap < 0
    elif spare < -1e-6:
        assert gap > 0
