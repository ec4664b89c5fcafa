"""The bus-injection equations against complex phasors, and against the branch-flow equations."""

import numpy as np
import pytest

from gridbench.physics.branch_flow import receiving_voltage, series_loss, squared_current
from gridbench.physics.bus_injection import angle_gaps, branch_powers, product_cone


@pytest.fixture
def branch():
    rng = np.random.default_rng(7)
    r, x, charging = rng.uniform(0.01, 0.1, 50), rng.uniform(-0.1, 0.4, 50), rng.uniform(0.0, 0.3, 50)
    ends = rng.uniform(0.9, 1.1, (2, 50)) * np.exp(1j * rng.uniform(-0.4, 0.4, (2, 50)))
    return r, x, charging, *ends


def products(sending, receiving):
    product = sending * np.conj(receiving)
    return np.abs(sending) ** 2, np.abs(receiving) ** 2, product.real, product.imag


def powers(r, x, charging, sending, receiving):
    y = 1.0 / (r + 1j * x)
    return branch_powers(y.real, y.imag, charging, *products(sending, receiving))


def test_powers_are_those_of_the_phasors(branch):
    r, x, charging, sending, receiving = branch
    found = powers(*branch)
    current = (sending - receiving) / (r + 1j * x)
    at_from = sending * np.conj(current + 0.5j * charging * sending)
    at_to = receiving * np.conj(-current + 0.5j * charging * receiving)
    for number, expected in zip(found, (at_from.real, at_from.imag, at_to.real, at_to.imag), strict=True):
        assert number == pytest.approx(expected, abs=1e-12)


def test_both_statements_of_a_branch_agree(branch):
    r, x, _, sending, receiving = branch
    s, w, _, _ = products(sending, receiving)
    p_from, q_from, p_to, q_to = powers(r, x, 0.0, sending, receiving)
    l = squared_current(p_from, q_from, s)  # noqa: E741
    assert receiving_voltage(s, r, x, p_from, q_from, l) == pytest.approx(w, abs=1e-12)
    assert p_from + p_to == pytest.approx(series_loss(r, l), abs=1e-12)
    assert q_from + q_to == pytest.approx(series_loss(x, l), abs=1e-12)


def test_phasors_lie_on_the_boundary_of_the_cone(branch):
    cone = product_cone(*products(*branch[3:]))
    assert np.sqrt(sum(part**2 for part in cone.parts)) == pytest.approx(cone.radius, rel=1e-12)


def test_angles_within_their_limit_leave_no_gap(branch):
    _, _, c, d = products(*branch[3:])
    angle = np.angle(c + 1j * d)
    gaps = angle_gaps(np.tan(0.3), c, d)
    assert np.array_equal(np.maximum(*gaps) <= 0.0, np.abs(angle) <= 0.3)
