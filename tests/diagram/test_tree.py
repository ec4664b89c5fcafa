"""The places of a tree: one a bus, on whole numbers, and no two branches cross or touch but at a bus."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridbench.diagram.tree import tree_layout
from gridbench.networks import network


@st.composite
def parents(draw):
    """Trees from paths to bushes: `far` says how far up a bus may hang."""
    far = draw(st.integers(1, 12))
    return [max(0, k - draw(st.integers(0, far))) for k in range(draw(st.integers(1, 60)))]


def stretches(parent, layout):
    """The straight pieces of every branch, with the branch."""
    for k, above in enumerate(parent):
        corners = (layout.spots[above], *layout.bends.get(k + 1, ()), layout.spots[k + 1])
        for start, end in pairwise(corners):
            if start != end:
                yield k, start, end


def meet(one, other):
    """Whether two pieces, each along an axis, share a point; and the points they share where these are a single one."""
    low = [max(min(a[i], b[i]) for a, b in (one, other)) for i in (0, 1)]
    high = [min(max(a[i], b[i]) for a, b in (one, other)) for i in (0, 1)]
    if low[0] > high[0] or low[1] > high[1]:
        return None
    return (low[0], low[1]) if low == high else "a stretch"


def crossings(parent):
    """Pairs of branches that meet elsewhere than at a bus of both."""
    layout = tree_layout(parent)
    found = []
    for (k, *one), (j, *other) in combinations(stretches(parent, layout), 2):
        shared = {parent[k], k + 1} & {parent[j], j + 1}
        point = None if k == j else meet(one, other)
        at_bend = len(shared) == 1 and k != j and any(b + 1 in layout.bends for b in (k, j))
        if point and point not in {layout.spots[bus] for bus in shared} and not at_bend:
            found.append((k, j, point))
    return found


@given(parents())
def test_buses_have_places_of_their_own_and_nothing_crosses(parent):
    layout = tree_layout(parent)
    assert len(set(layout.spots)) == len(parent) + 1
    assert all(float(x).is_integer() and float(y).is_integer() for x, y in layout.spots)
    assert all(start[0] == end[0] or start[1] == end[1] for _, start, end in stretches(parent, layout))
    assert crossings(parent) == []


@pytest.mark.parametrize("name", ["ieee13", "ieee34", "ieee123", "cigre_lv", "cigre_mv", "case33bw"])
def test_nothing_crosses_in_the_built_in_networks(name):
    assert crossings(network(name).arrays.parent.tolist()) == []


def test_the_longest_path_is_straight_and_the_rest_is_near_it():
    parent = network("case33bw").arrays.parent.tolist()
    spots = np.array(tree_layout(parent).spots)
    assert (spots[:, 1] == 0).sum() == 18
    assert spots[:, 0].max() == 17


def test_a_star_and_a_single_bus_have_places():
    assert tree_layout([]).spots == ((0.0, 0.0),)
    assert crossings([0] * 12) == []
