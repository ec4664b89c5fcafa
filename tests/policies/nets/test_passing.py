"""Message passing by hand, and graphs that follow a feeder."""

from __future__ import annotations

import numpy as np
import pytest

from gridbench.errors import UnknownName
from gridbench.policies.nets.passing import Passing, feeder_edges, spread_of

PATH = ((0, 1), (1, 2))


def column(*numbers):
    return np.array(numbers, dtype=np.float32).reshape(1, -1, 1)


def layer(**arrays):
    named = {f"m.0.{name}": np.array(numbers, dtype=np.float32) for name, numbers in arrays.items()}
    return Passing(named, "m.", (1, 1), "relu", norm=False)


def test_the_mean_of_the_neighbours_and_a_node_s_own_number():
    made = layer(weight=[[2.0]], self_weight=[[10.0]], bias=[1.0])
    out = made(column(1.0, 2.0, 5.0), spread_of(3, PATH, "mean"))
    assert out.ravel().tolist() == [2 * 2 + 10 + 1, 2 * 3 + 20 + 1, 2 * 2 + 50 + 1]


def test_a_node_without_neighbours_hears_nothing():
    made = layer(weight=[[2.0]], self_weight=[[10.0]], bias=[1.0])
    assert made(column(1.0, 2.0), spread_of(2, (), "mean")).ravel().tolist() == [11.0, 21.0]


def test_the_symmetric_normalisation_of_kipf_and_welling():
    ends, middle = 2.0, 3.0  # neighbours and the node itself
    side = 1.0 / np.sqrt(ends * middle)
    wanted = [[1 / ends, side, 0.0], [side, 1 / middle, side], [0.0, side, 1 / ends]]
    assert np.allclose(spread_of(3, PATH, "gcn"), wanted)
    made = layer(weight=[[2.0]], bias=[1.0])
    out = made(column(1.0, 2.0, 5.0), spread_of(3, PATH, "gcn"))
    assert np.allclose(out.ravel(), 2.0 * (np.array(wanted) @ [1.0, 2.0, 5.0]) + 1.0)


def test_numbering_the_nodes_otherwise_changes_nothing_else():
    rng = np.random.default_rng(3)
    made = layer(weight=[[0.7]], self_weight=[[-0.4]], bias=[0.1])
    x, order = rng.standard_normal((1, 5, 1)).astype(np.float32), rng.permutation(5)
    edges, place = ((0, 1), (0, 2), (2, 3), (3, 4)), np.argsort(order)
    moved = tuple((int(place[a]), int(place[b])) for a, b in edges)
    assert np.allclose(made(x, spread_of(5, edges, "mean"))[:, order], made(x[:, order], spread_of(5, moved, "mean")), atol=1e-6)


def test_nodes_follow_the_feeder(scenario):
    feeder = scenario.feeder
    every = [bus.name for bus in feeder.buses]
    assert len(feeder_edges(feeder, every)) == len(every) - 1
    ends = [every[0], every[-1]]
    assert feeder_edges(feeder, ends) == ((0, 1),)
    assert feeder_edges(feeder, ends[::-1]) == ((1, 0),)
    with pytest.raises(UnknownName, match="bus"):
        feeder_edges(feeder, ["nowhere"])
