"""A module gives an element of a batch the same bytes as alone, remembers what it should, and ends in [-1, 1]."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_nets import MODULES, element, random_input, random_net


@pytest.mark.parametrize("kind", MODULES)
@given(batch=st.integers(1, 70), seed=st.integers(0, 2**16), steps=st.integers(1, 3))
def test_an_element_of_a_batch_gets_the_same_bytes_as_alone(kind, batch, seed, steps):
    module, net = random_net(kind, seed)
    days = [random_input(module, batch, seed + step) for step in range(steps)]
    state, side_by_side = net.begin(batch), []
    for seen in days:
        action, state = net.act(seen, state)
        side_by_side.append(action)
    for k in {0, batch // 2, batch - 1}:
        own = net.begin(1)
        for seen, wanted in zip(days, side_by_side, strict=True):
            alone, own = net.act(element(seen, k), own)
            assert alone[0].tobytes() == wanted[k].tobytes()


@pytest.mark.parametrize("kind", MODULES)
def test_actions_are_in_range_and_as_many_as_the_page_says(kind):
    module, net = random_net(kind)
    action, _ = net.act(random_input(module, 50), net.begin(50))
    assert action.shape == (50, module.actions)
    assert action.dtype == np.float32
    assert np.abs(action).max() <= 1.0


@pytest.mark.parametrize("kind", MODULES)
def test_only_recurrent_modules_remember(kind):
    module, net = random_net(kind)
    first, second = random_input(module, 3, 1), random_input(module, 3, 2)
    _, state = net.act(first, net.begin(3))
    fresh, after = net.act(second, net.begin(3))[0], net.act(second, state)[0]
    assert net.stateless == (fresh.tobytes() == after.tobytes())
    assert net.stateless == (kind not in {"gru", "lstm"})


def test_a_gaussian_acts_by_its_mean():
    module, net = random_net("mean")
    seen = random_input(module, 4)
    outputs, _ = net(seen, ())
    assert outputs.shape == (4, 1, 6)
    assert np.array_equal(net.act(seen, ())[0], np.clip(outputs[:, 0, :3], -1, 1))


def test_stored_moments_shift_and_scale_the_input():
    module, net = random_net("dense")
    mean, std = net._moments[0]
    seen = random_input(module, 4)
    net._moments = []
    wanted, _ = net.act(seen._replace(read=(seen.read - mean) / std), ())
    net._moments = [(mean, std)]
    assert np.array_equal(net.act(seen, ())[0], wanted)
