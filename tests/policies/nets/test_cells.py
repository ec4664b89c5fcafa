"""Recurrent cells by hand: one number wide, so that every gate can be followed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gridbench.policies.nets.cells import Cells


def logistic(x):
    return 1.0 / (1.0 + math.exp(-x))


def cells(cell, gates, **arrays):
    named = {f"c.0.{name}": np.array(numbers, dtype=np.float32) for name, numbers in arrays.items()}
    assert named["c.0.weight_ih"].shape == (gates, 1)
    return Cells(named, "c.", cell, (1,))


def one(x):
    return np.array([[[x]]], dtype=np.float32)


def test_a_gated_recurrent_unit_of_one_number():
    made = cells("gru", 3, weight_ih=[[0.5], [-0.3], [0.8]], weight_hh=[[0.2], [0.4], [-0.6]],
                 bias_ih=[0.1, 0.0, -0.2], bias_hh=[0.0, 0.3, 0.05])  # fmt: skip
    h, state = 0.0, made.begin(1)
    for x in (1.0, -2.0, 0.5):
        reset = logistic(0.5 * x + 0.1 + 0.2 * h)
        update = logistic(-0.3 * x + 0.4 * h + 0.3)
        new = math.tanh(0.8 * x - 0.2 + reset * (-0.6 * h + 0.05))
        h = (1.0 - update) * new + update * h
        out, state = made(one(x), state)
        assert float(out[0, 0, 0]) == pytest.approx(h, abs=1e-6)
        assert state == (out,)


def test_a_long_short_term_memory_of_one_number():
    made = cells("lstm", 4, weight_ih=[[0.5], [-0.3], [0.8], [1.1]], weight_hh=[[0.2], [0.4], [-0.6], [0.7]],
                 bias_ih=[0.1, 0.0, -0.2, 0.3], bias_hh=[0.0, 0.3, 0.05, -0.1])  # fmt: skip
    h, c, state = 0.0, 0.0, made.begin(1)
    for x in (1.0, -2.0, 0.5):
        admit = logistic(0.5 * x + 0.1 + 0.2 * h)
        forget = logistic(-0.3 * x + 0.4 * h + 0.3)
        new = math.tanh(0.8 * x - 0.2 - 0.6 * h + 0.05)
        show = logistic(1.1 * x + 0.3 + 0.7 * h - 0.1)
        c = forget * c + admit * new
        h = show * math.tanh(c)
        out, state = made(one(x), state)
        assert float(out[0, 0, 0]) == pytest.approx(h, abs=1e-6)
        assert float(state[1][0, 0, 0]) == pytest.approx(c, abs=1e-6)


@pytest.mark.parametrize(("cell", "carried"), [("gru", 1), ("lstm", 2)])
def test_a_day_begins_with_zeros(cell, carried):
    gates = {"gru": 3, "lstm": 4}[cell]
    weights, biases = np.ones((gates, 1)), np.ones(gates)
    made = cells(cell, gates, weight_ih=weights, weight_hh=weights, bias_ih=biases, bias_hh=biases)
    assert [array.shape for array in made.begin(7)] == [(7, 1, 1)] * carried
    assert not any(array.any() for array in made.begin(7))
