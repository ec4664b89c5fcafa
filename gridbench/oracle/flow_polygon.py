"""Polygons around a flow: what eight directions of (P, Q) allow, and planes above the square of the apparent power on them."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gridbench.oracle.affine import Floats

DIRECTIONS = 8
ANGLES = 2.0 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
TURN = 2.0 * np.pi / DIRECTIONS
TRIPLES = np.array(list(combinations(range(DIRECTIONS), 3)))
FLAT = 1e-9
"""Determinant below which three corners are taken to lie in a line."""


def corners(support: Floats) -> Floats:
    """Return the corners (..., 8, 2) of the polygons cos(a) P + sin(a) Q <= support (..., 8), for a = 0, 45, .. degrees.

    They are where neighbouring sides meet. A side that nothing touches moves them outwards: they span the polygon all the same.
    """
    after, angle, next_angle = np.roll(support, -1, axis=-1), ANGLES, ANGLES + TURN
    p = (support * np.sin(next_angle) - after * np.sin(angle)) / np.sin(TURN)
    q = (after * np.cos(angle) - support * np.cos(next_angle)) / np.sin(TURN)
    return np.stack([p, q], axis=-1)


def majorant(support: Floats, at: Floats) -> Floats:
    """Return planes (..., 3) with P^2 + Q^2 <= a P + b Q + c on the polygons of `support` (..., 8), the lowest at `at` (..., 2).

    The concave envelope of a convex function over a polygon is spanned by its corners: of the planes through three of them,
    each lifted until none is above it, the lowest is taken.
    """
    where = corners(support)
    square = (where**2).sum(axis=-1)
    lifted = np.concatenate([where, np.ones((*where.shape[:-1], 1))], axis=-1)
    through, heights = lifted[..., TRIPLES, :], square[..., TRIPLES]
    flat = np.abs(np.linalg.det(through)) < FLAT
    through = np.where(flat[..., None, None], np.eye(3), through)
    planes = np.linalg.solve(through, heights[..., None])[..., 0]
    planes = np.where(flat[..., None], 0.0, planes)
    planes[..., 2] += (square[..., None, :] - np.einsum("...tk,...ck->...tc", planes, lifted)).max(axis=-1)
    height = planes[..., 0] * at[..., None, 0] + planes[..., 1] * at[..., None, 1] + planes[..., 2]
    best = height.argmin(axis=-1)
    return np.take_along_axis(planes, best[..., None, None], axis=-2)[..., 0, :]
