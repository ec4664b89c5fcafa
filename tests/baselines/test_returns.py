"""Advantages: what a whole day was worth, nothing after its last step, and their scale."""

from __future__ import annotations

import numpy as np
import pytest


def days(seed, steps=7):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(steps, 3, 2)), rng.normal(size=(steps, 3, 2))


@pytest.mark.parametrize(("gamma", "lam"), [(1.0, 1.0), (0.998, 0.95), (0.9, 0.0), (0.0, 1.0)])
def test_advantages_are_the_weighted_sum_of_later_surprises(gamma, lam, shared):
    torch = pytest.importorskip("torch")
    rewards, values = days(1)
    found = shared("returns").advantages(torch.as_tensor(rewards), torch.as_tensor(values), gamma, lam).numpy()
    after = np.concatenate([values[1:], np.zeros_like(values[:1])])  # the day ends: nothing is left to earn
    surprise = rewards + gamma * after - values
    for t in range(len(rewards)):
        weights = (gamma * lam) ** np.arange(len(rewards) - t)
        assert np.allclose(found[t], np.tensordot(weights, surprise[t:], axes=1))


def test_without_values_they_are_the_discounted_returns(shared):
    torch = pytest.importorskip("torch")
    rewards, _ = days(0)
    found = shared("returns").advantages(torch.as_tensor(rewards), torch.zeros(rewards.shape), 0.9, 1.0).numpy()
    assert np.allclose(found[-1], rewards[-1])
    assert np.allclose(found[:-1], rewards[:-1] + 0.9 * found[1:])


def test_masked_advantages_are_standardised_over_valid_slots(shared):
    torch = pytest.importorskip("torch")
    advantages = 3.0 + 2.0 * torch.randn(400, generator=torch.Generator().manual_seed(0))
    mask = torch.ones(400, dtype=torch.bool)
    mask[24::25] = False
    advantages[~mask] = -50.0
    mended = shared("returns").masked(advantages, mask)[mask]
    assert abs(float(mended.mean())) < 1e-5
    assert abs(float(mended.std()) - 1.0) < 1e-5
