"""Feeders drawn at random: of the size asked for, the same for the same seed, and served within their ratings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweep import sweep

from gridbench.errors import InvalidInput
from gridbench.networks.synthetic import synthetic


@given(st.integers(5, 400), st.integers(0, 2**32 - 1))
def test_any_size_can_be_served_within_its_ratings(buses, seed):
    feeder = synthetic(buses, np.random.default_rng(seed))
    assert len(feeder.buses) == buses
    assert feeder == synthetic(buses, np.random.default_rng(seed))
    flow = sweep(feeder)
    assert flow.v.min() > 0.9
    assert (flow.current < feeder.arrays.rating).all()


def test_large_ones_too():
    feeder = synthetic(5000, np.random.default_rng(0))
    assert len(feeder.buses) == 5000
    flow = sweep(feeder)
    assert flow.v.min() > 0.9
    assert (flow.current < feeder.arrays.rating).all()


def test_too_few_buses_are_refused():
    with pytest.raises(InvalidInput, match="at least 5, is 4"):
        synthetic(4, np.random.default_rng(0))
