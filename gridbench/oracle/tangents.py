"""Tangents of cones: linear rows that every point of a cone keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from gridbench.oracle.affine import Floats, Indices
    from gridbench.oracle.problem import Problem

LOOSE = 1e-9
"""How much every tangent is loosened."""


def tangents_at(problem: Problem, places: Indices, x: Floats, least: float) -> tuple[sp.csr_array, Floats]:
    """Return the tangents next to x (n,) of those cones that x breaks by more than `least`; `places` as in `tangents`."""
    members = (problem.G @ x + problem.h)[places]
    length = np.linalg.norm(members[:, 1:], axis=1)
    pick = (length > LOOSE) & (length - members[:, 0] > least)
    return tangents(problem, places[pick], members[pick, 1:] / length[pick, None])


def tangents(problem: Problem, places: Indices, direction: Floats) -> tuple[sp.csr_array, Floats]:
    """Return rows (k, n) and their upper ends (k,): `direction . parts <= radius`.

    `places` (k, size) are the rows of G x + h that make up each cone, its radius first; direction (k, size - 1) is of length 1.
    """
    weights = np.column_stack([-np.ones(places.shape[0]), direction])
    owner = np.repeat(np.arange(places.shape[0]), places.shape[1])
    pick = sp.csr_array((weights.ravel(), (owner, places.ravel())), shape=(places.shape[0], problem.G.shape[0]))
    return sp.csr_array(pick @ problem.G), -(pick @ problem.h) + LOOSE
