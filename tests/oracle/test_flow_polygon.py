"""Polygons around flows hold what their directions allow, and planes lie above the square on all of it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridbench.oracle.flow_polygon import ANGLES, corners, majorant

NUMBERS = st.integers(-5000, 5000).map(lambda k: k / 1000.0)
POINTS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=6)
WAYS = np.stack([np.cos(ANGLES), np.sin(ANGLES)])


def support_of(points):
    return (points @ WAYS).max(axis=0)


@given(POINTS, st.lists(st.floats(0.0, 4.0), min_size=8, max_size=8))
def test_corners_span_the_polygon_however_loose_its_sides(points, slack):
    points = np.array(points)
    tight = support_of(points)
    assert np.allclose((corners(tight) @ WAYS).max(axis=0), tight, atol=1e-9)
    assert np.all((corners(tight + np.array(slack)) @ WAYS).max(axis=0) >= tight - 1e-9)


@given(POINTS, st.tuples(*[st.floats(0.0, 1.0)] * 8))
def test_no_point_of_the_polygon_has_its_square_above_the_plane(points, weights):
    points = np.array(points)
    support = support_of(points)
    where = corners(support)
    share = np.array(weights) + 1e-3
    inside = share @ where / share.sum()
    plane = majorant(support, inside)
    for point in (*points, *where, inside):
        assert point @ point <= plane[:2] @ point + plane[2] + 1e-9


def test_the_plane_is_the_concave_envelope_and_not_just_above():
    """On the unit octagon's circumcircle all corners have one square: the envelope is flat."""
    support = np.full(8, np.cos(np.pi / 8.0))
    assert np.allclose(majorant(support, np.array([0.1, -0.2])), [0.0, 0.0, 1.0], atol=1e-9)
    box = support_of(np.array([(-1.0, -1.0), (3.0, -1.0), (3.0, 1.0), (-1.0, 1.0)]))
    p, q = 1.3, 0.4
    plane = majorant(box, np.array([p, q]))
    assert np.isclose(plane @ [p, q, 1.0], (2.0 * p + 3.0) + 1.0)  # the chords of P^2 and of Q^2
