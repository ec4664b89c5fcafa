"""The second-order cone relaxation of AC optimal power flow in a meshed network, bus-injection form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from gridbench.oracle.builder import Builder
from gridbench.physics.branch_flow import behind_transformer
from gridbench.physics.bus_injection import BranchPowers, angle_gaps, branch_powers, product_cone

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.bench.paper.transmission_case import TransmissionCase
    from gridbench.oracle.affine import Affine, Floats
    from gridbench.oracle.problem import Problem


def meshed_relaxation(case: TransmissionCase) -> Problem:
    """Return the problem whose least value (usd/h) is below the cost of every AC power flow that keeps the case's limits.

    Columns: squared voltages `w`, products of voltages `c` and `d` (one for each pair of joined buses), generation `p` and `q`.
    """
    builder = Builder()
    w = builder.column("w", case.v[0].shape, *case.v**2)
    powers = _branches(builder, case, w)
    p, q = (builder.column(name, case.at.shape, *box) for name, box in (("p", case.p), ("q", case.q)))
    _balances(builder, case, powers, (w, p, q))
    squared, linear, fixed = case.cost
    builder.minimise(squared * _squares(builder, case, p) + linear * p + fixed)
    return builder.build()


def _branches(builder: Builder, case: TransmissionCase, w: Affine) -> BranchPowers:
    """Add the products of voltages and the limits of the branches; return what enters the branches."""
    pairs, of = np.unique(case.ends, axis=1, return_inverse=True)
    of = of.ravel()
    low, high = case.v[:, pairs[0]] * case.v[:, pairs[1]]
    turn = case.angle_rad
    c = builder.column("c", low.shape, low * np.cos(turn), high)
    d = builder.column("d", low.shape, -high * np.sin(turn), high * np.sin(turn))
    for gap in angle_gaps(np.tan(turn), c, d):
        builder.le(gap, "angle")
    cone = product_cone(w[pairs[0]], w[pairs[1]], c, d)
    builder.cone(cone.name, cone.parts, cone.radius)
    z2 = case.r**2 + case.x**2
    s = behind_transformer(w[case.ends[0]], 1.0 / case.tap)
    powers = branch_powers(case.r / z2, -case.x / z2, case.b, s, w[case.ends[1]], c[of] / case.tap, d[of] / case.tap)
    builder.cone("rating from", (powers.p_from, powers.q_from), case.rating)
    builder.cone("rating to", (powers.p_to, powers.q_to), case.rating)
    return powers


def _balances(builder: Builder, case: TransmissionCase, powers: BranchPowers, made: tuple[Affine, Affine, Affine]) -> None:
    """Add what is generated, drawn and sent at each bus."""
    w, p, q = made
    from_bus, to_bus, unit = (_incidence(places, case.load.shape[1]) for places in (*case.ends, case.at))
    for name, generated, sent, received, drawn, shunt in (
        ("p balance", p, powers.p_from, powers.p_to, case.load[0], case.shunt[0]),
        ("q balance", q, powers.q_from, powers.q_to, case.load[1], case.shunt[1]),
    ):
        builder.eq(generated @ unit - sent @ from_bus - received @ to_bus - shunt * w - drawn, name)


def _incidence(places: NDArray[np.int64], buses: int) -> sp.csr_array:
    """Return a 0/1 matrix (places, buses) that adds what stands at a place to its bus."""
    k = np.arange(places.size)
    return sp.csr_array((np.ones(places.size), (k, places)), shape=(places.size, buses))


def _squares(builder: Builder, case: TransmissionCase, p: Affine) -> Affine:
    """Return columns of at least p squared."""
    scale: Floats = np.maximum(np.abs(case.p).max(axis=0), 1.0)
    z = builder.column("p squared", case.at.shape, 0.0, 1.0)
    builder.cone("p squared", (2.0 * (p / scale), z - 1.0), z + 1.0)
    return scale**2 * z
