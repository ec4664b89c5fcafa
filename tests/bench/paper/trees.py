"""All trees of a grid and their losses: the tests' own reference, on phasors, independent of the laws and of the sweep."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.linalg import null_space


def all_losses_kw(grid, batch=2000):
    """Return the open branches of every tree (trees, loops), as places in the grid, and its losses, nan without a flow."""
    place = {bus.name: k for k, bus in enumerate(grid.buses)}
    incidence = np.zeros((len(grid.branches), len(grid.buses)))
    for k, one in enumerate(grid.branches):
        incidence[k, place[one.from_bus]], incidence[k, place[one.to_bus]] = 1.0, -1.0
    incidence = incidence[:, 1:]
    opened = _trees(incidence, len(grid.branches) - len(grid.buses) + 1)
    z = np.array([complex(one.r_pu, one.x_pu) for one in grid.branches])
    s = np.zeros(len(grid.buses), dtype=complex)
    for one in grid.loads:
        s[place[one.bus]] += complex(one.p_mw, one.q_mvar) / grid.base_mva
    parts = np.array_split(opened, len(opened) // batch + 1)
    losses = [_losses(incidence, z, s[1:], part, grid.root_voltage_pu) for part in parts]
    return opened, np.concatenate(losses) * grid.base_mva * 1e3


def _trees(incidence, loops):
    """Return which branches to open for each tree: those whose columns of a cycle basis have a determinant other than 0."""
    cycles = null_space(incidence.T)
    opened = np.array(list(itertools.combinations(range(len(incidence)), loops)))
    determinant = np.abs(np.linalg.det(cycles[opened]))
    return opened[determinant > 0.5 * determinant.max()]  # all others are equal: incidence is totally unimodular


def _losses(incidence, z, s, opened, v0):
    """Return the losses (trees,) by the fixed point v = v0 - Z conj(s / v)."""
    closed = np.ones((len(opened), len(z)))
    np.put_along_axis(closed, opened, 0.0, axis=1)
    admittance = np.einsum("tk,ki,kj->tij", closed / z, incidence, incidence, optimize=True)
    impedance = np.linalg.inv(admittance)
    v = np.full((len(opened), len(s)), v0, dtype=complex)
    with np.errstate(all="ignore"):
        for _ in range(60):
            before, v = v, v0 - (impedance @ np.conj(s / v)[:, :, None])[:, :, 0]
            if np.nanmax(np.abs(v - before)) < 1e-11:
                break
    current = (v - v0) @ incidence.T / z
    lost = (closed * z.real * np.abs(current) ** 2).sum(axis=1)
    return np.where(np.abs(v - before).max(axis=1) < 1e-9, lost, np.nan)
