"""The losses of a feeder by the power flow, and what losses say of voltages and currents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import SolverError
from gridbench.oracle.certify import power_flow
from gridbench.physics.branch_flow import series_loss

if TYPE_CHECKING:
    from gridbench.networks.feeder import Feeder
    from gridbench.oracle.affine import Floats

KW = 1e3
ROOM = 1e-6
"""Relative room for the power flow, which converges to about 1e-10."""


@dataclass(frozen=True)
class Flow:
    """Losses in kW, and the lowest voltage of any bus in pu."""

    losses_kw: float
    v_min_pu: float


def flow(feeder: Feeder, p_mw: Floats | None = None, q_mvar: Floats | None = None) -> Flow:
    """Return the power flow of the nominal loads with units that inject p_mw and q_mvar (buses,).

    Raises SolverError where it finds no solution: losses of a flow that did not converge mean nothing.
    """
    tree, nb = feeder.arrays, len(feeder.buses)
    p, q = (np.zeros(nb) if unit is None else unit / feeder.base_mva for unit in (p_mw, q_mvar))
    ratio, bank = tree.ratio[None], np.zeros((1, nb))
    u, l = power_flow(feeder, ratio, bank, (p - tree.load_p)[None], (q - tree.load_q)[None])  # noqa: E741
    if not np.isfinite(u).all():
        raise SolverError(f"feeder {feeder.name!r}: the power flow has no solution")
    lost = float(series_loss(tree.r, l).sum()) * feeder.base_mva * KW
    return Flow(lost, float(np.sqrt(u.min())))


@dataclass(frozen=True, eq=False)
class Within:
    """What holds of every radial flow that loses at most `loss` (pu) in branches of resistance r and reactance x (pu).

    `l_max` (branches,) are squared currents. `v_off` is how far a voltage can be from the root's: along any path the drops
    |z| |I| add up to at most the root of (sum of |z|^2 / r) times (sum of r |I|^2), by Cauchy and Schwarz.
    """

    loss: float
    l_max: Floats
    v_off: float


def within(loss_kw: float, base_mva: float, r: Floats, x: Floats) -> Within:
    """Return what losses of at most loss_kw say of the currents and voltages of a grid with these branches."""
    loss = loss_kw * (1.0 + ROOM) / KW / base_mva
    return Within(loss, loss / r, float(np.sqrt(np.sum((r * r + x * x) / r) * loss)))
