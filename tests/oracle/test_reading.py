"""The reading of the laws: at any point, an expression equals the device's own law on numbers."""

from __future__ import annotations

import numpy as np
import pytest
import tiny_grid as tiny

from gridbench.oracle.affine import Quadratic, affine
from gridbench.physics.terms import Cone, Values, inputs

NAMES = [d.name for d in tiny.devices()]


def number(expression, x):
    if isinstance(expression, Quadratic):
        return number(expression.part, x) + sum(weight * square.value(x) ** 2 for weight, square in expression.terms)
    return affine(expression).value(x)


@pytest.mark.parametrize("name", NAMES)
def test_laws_read_as_expressions_equal_laws_on_numbers(scenario, formulation, name):
    rng = np.random.default_rng(3)
    device, day = next(d for d in scenario.devices if d.name == name), formulation.days[name]
    w, x = inputs(device, formulation.series), rng.normal(size=formulation.problem.n)
    held = Values(**{k: v.value(x) for k, v in day.controls.items()}), Values(**{k: v.value(x) for k, v in day.states.items()})
    read = Values(**day.controls), Values(**day.states)
    for law in (device.advance, device.cost):
        meant, found = law(held[1], held[0], w, scenario.step_h), law(read[1], read[0], w, scenario.step_h)
        for key, value in meant.items():
            np.testing.assert_allclose(number(found[key], x), value, atol=1e-9)
    for meant, found in zip(device.inject(held[0], w), (day.p_mw, day.q_mvar), strict=True):
        np.testing.assert_allclose(number(found, x), meant, atol=1e-9)
    rows = (device.limits(s, u, w, scenario.step_h) for u, s in (held, read))
    for meant, found in zip(*rows, strict=True):
        pairs = zip((*meant.parts, meant.radius), (*found.parts, found.radius), strict=True) if isinstance(meant, Cone) else (
            (meant.lhs, found.lhs), (meant.rhs, found.rhs))  # fmt: skip
        for a, b in pairs:
            np.testing.assert_allclose(number(b, x), a, atol=1e-9)


def test_states_start_at_the_initial_values(scenario, formulation):
    x = np.random.default_rng(0).normal(size=formulation.problem.n)
    for device in scenario.devices:
        for name, first in device.initial().items():
            assert formulation.days[device.name].states[name].value(x)[0] == first


def test_every_box_is_finite(formulation):
    assert np.isfinite(formulation.problem.lower).all()
    assert np.isfinite(formulation.problem.upper).all()
