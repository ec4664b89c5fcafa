"""The affine algebra against NumPy, at random points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridbench.oracle.affine import Affine, affine, concatenate, stack

STEPS, PLACES, COLUMNS = 3, 4, 7
seeds = st.integers(0, 2**32 - 1)


def random_affine(rng: np.random.Generator, shape: tuple[int, ...]) -> Affine:
    k, size = 9, int(np.prod(shape))
    return Affine(rng.normal(size=shape), rng.integers(0, size, k), rng.integers(0, COLUMNS, k), rng.normal(size=k))


@given(seeds)
@settings(max_examples=50, deadline=None)
def test_arithmetic_is_that_of_numbers(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=COLUMNS)
    a, b = (random_affine(rng, (STEPS, PLACES)) for _ in range(2))
    row = random_affine(rng, (PLACES,))
    numbers, matrix = rng.normal(size=(STEPS, PLACES)), rng.integers(0, 2, (PLACES, 5))
    va, vb, vr = a.value(x), b.value(x), row.value(x)
    for read, meant in (
        (a + b, va + vb), (a - b, va - vb), (-a, -va), (2.0 - a, 2.0 - va), (a * numbers, va * numbers),
        (numbers * a, va * numbers), (a / 3.0, va / 3.0), (numbers - a, numbers - va), (a @ matrix, va @ matrix),
        (a + row, va + vr), (numbers * row, numbers * vr), (row[:, None] + 1.0, vr[:, None] + 1.0),
        (a[1:], va[1:]), (a[:, [2, 0, 2]], va[:, [2, 0, 2]]), (a[-1], va[-1]), (a.total(), va.sum()),
        (concatenate([a, numbers, b], axis=1), np.concatenate([va, numbers, vb], axis=1)),
        (concatenate([a, b]), np.concatenate([va, vb])), (stack([row, 1.0], (PLACES,)), np.stack([vr, np.ones(PLACES)], -1)),
    ):  # fmt: skip
        np.testing.assert_allclose(read.value(x), meant, atol=1e-12)
        assert read.shape == np.shape(meant)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_squares_stay_in_terms(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=COLUMNS)
    a, b = (random_affine(rng, (STEPS,)) for _ in range(2))
    cost = 2.0 * (3.0 * a**2 + b * 4.0 + 1.0) / 2.0 - 5.0
    value = cost.part.value(x) + sum(weight * square.value(x) ** 2 for weight, square in cost.terms)
    np.testing.assert_allclose(value, 3.0 * a.value(x) ** 2 + 4.0 * b.value(x) - 4.0, atol=1e-12)


def test_products_and_other_powers_are_refused():
    a = random_affine(np.random.default_rng(0), (STEPS,))
    with pytest.raises(TypeError, match="affine"):
        a * a
    with pytest.raises(TypeError, match="square"):
        a**3
    with pytest.raises(TypeError, match="quadratic"):
        a**2 * a


def test_numbers_are_an_affine_without_columns():
    assert affine(2.5).value(np.zeros(0)) == 2.5
