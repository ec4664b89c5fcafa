"""Layers by hand: activations, normalisation, and where neither stands."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gridbench.policies.nets.activation import ACTIVATIONS
from gridbench.policies.nets.perceptron import Perceptron, normalised

WANTED = {
    "tanh": math.tanh,
    "relu": lambda x: max(x, 0.0),
    "gelu": lambda x: 0.5 * x * (1.0 + math.erf(x / math.sqrt(2.0))),
    "silu": lambda x: x / (1.0 + math.exp(-x)),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_their_formulas(name):
    numbers = np.linspace(-6.0, 6.0, 101, dtype=np.float32)
    found = ACTIVATIONS[name](numbers)
    assert found.dtype == np.float32
    assert np.allclose(found, [WANTED[name](float(x)) for x in numbers], atol=2e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_of_large_numbers_are_finite(name):
    assert np.isfinite(ACTIVATIONS[name](np.array([-1e30, 1e30], dtype=np.float32))).all()


def test_layers_end_open_unless_a_cell_follows():
    arrays = {"m.0.weight": np.array([[2.0]], np.float32), "m.0.bias": np.array([-5.0], np.float32)}
    x = np.ones((1, 1, 1), np.float32)
    assert Perceptron(arrays, "m.", (1, 1), "relu", norm=False)(x).item() == -3.0
    assert Perceptron(arrays, "m.", (1, 1), "relu", norm=False, open_end=False)(x).item() == 0.0


def test_one_size_alone_is_no_layer():
    x = np.ones((2, 1, 3), np.float32)
    assert Perceptron({}, "m.", (3,), "tanh", norm=True, open_end=False)(x) is x


def test_a_normalised_layer_has_mean_zero_and_variance_one():
    x = np.random.default_rng(0).normal(3.0, 2.0, (5, 1, 64)).astype(np.float32)
    found = normalised(x, np.float32(1.0), np.float32(0.0))
    assert np.allclose(found.mean(axis=-1), 0.0, atol=1e-5)
    assert np.allclose(found.std(axis=-1), 1.0, atol=1e-4)
    assert np.allclose(normalised(x, np.float32(2.0), np.float32(1.0)), 2.0 * found + 1.0, atol=1e-5)
