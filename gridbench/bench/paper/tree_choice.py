"""The choice of a tree with the least losses, as a mixed-integer cone problem: binary arcs, branch flow within each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench.paper.losses import KW, Within, within
from gridbench.oracle.affine import Affine, Floats, Indices, concatenate
from gridbench.oracle.builder import Builder
from gridbench.physics.branch_flow import current_cone, residuals, series_loss

if TYPE_CHECKING:
    from gridbench.networks.radial import RawGrid
    from gridbench.oracle.problem import Problem


@dataclass(frozen=True, eq=False)
class Arcs:
    """Every branch in both directions, none of which feeds the root, as arrays (arcs,); bus 0 is the root.

    `branch` is the place of the arc's branch in the grid; `first` (buses - 1,) an arc into each bus but the root; `into`
    (arcs, buses - 1) is 1 where an arc feeds a bus, `outgoing` (arcs, arcs) where an arc leaves the bus of a first arc.
    """

    branch: Indices
    start: Indices
    end: Indices
    r: Floats
    x: Floats
    first: Indices
    into: Floats
    outgoing: Floats


def arcs_of(grid: RawGrid) -> Arcs:
    """Return the arcs of a grid whose first bus is its root; ratios and charging are not read (the grid has none)."""
    place = {bus.name: k for k, bus in enumerate(grid.buses)}
    ends = np.array([(place[one.from_bus], place[one.to_bus]) for one in grid.branches], dtype=np.int64).T
    start, end = np.concatenate([ends, ends[::-1]], axis=1)
    branch = np.tile(np.arange(len(grid.branches)), 2)
    r, x = (np.array([getattr(one, column) for one in grid.branches])[branch] for column in ("r_pu", "x_pu"))
    kept = end != 0
    branch, start, end, r, x = (column[kept] for column in (branch, start, end, r, x))
    buses = np.arange(1, len(grid.buses))
    first = np.array([np.flatnonzero(end == bus)[0] for bus in buses])
    outgoing = np.zeros((end.size, end.size))
    outgoing[:, first] = start[:, None] == buses
    return Arcs(branch, start, end, r, x, first, (end[:, None] == buses).astype(np.float64), outgoing)


def tree_choice(grid: RawGrid, arcs: Arcs, loss_kw: float) -> Problem:
    """Return the problem whose least value (kW) is below the losses of every tree that loses at most `loss_kw`.

    An arc carries power only where its binary `on` is 1, and each bus but the root has one arc in; since every bus draws power,
    a ring apart from the root cannot be fed. `s` is the squared voltage at the start of an arc that is on, else 0, so
    that drops need no large constant and the cone is its own perspective.
    """
    r, x = (np.array([getattr(one, column) for one in grid.branches]) for column in ("r_pu", "x_pu"))
    most = within(loss_kw, grid.base_mva, r, x)
    root = grid.root_voltage_pu**2
    low = max(grid.root_voltage_pu - most.v_off, 0.0) ** 2
    builder, size = Builder(), arcs.end.shape
    on = builder.column("on", size, 0.0, 1.0, integer=True)
    u = builder.column("u", arcs.first.shape, low, root)  # power flows away from the root, so that voltages fall
    s = builder.column("s", size, 0.0, root)
    at_start = concatenate([np.full(1, root), u])[arcs.start]
    for gap in (s - root * on, low * on - s, s - at_start + low * (1.0 - on), at_start - s - root * (1.0 - on)):
        builder.le(gap, "voltage at the start")
    _radial(builder, arcs, on, len(grid.branches))
    _flow(builder, grid, arcs, most, (on, u, s))
    return builder.build()


def _radial(builder: Builder, arcs: Arcs, on: Affine, branches: int) -> None:
    """Add one arc into each bus, and one direction for each branch."""
    builder.eq(on @ arcs.into - 1.0, "one parent")
    builder.le(on @ (arcs.branch[:, None] == np.arange(branches)).astype(np.float64) - 1.0, "one direction")


def _flow(builder: Builder, grid: RawGrid, arcs: Arcs, most: Within, columns: tuple[Affine, Affine, Affine]) -> None:
    """Add the branch flow of all arcs, summed at each bus, and the losses."""
    on, u, s = columns
    size, buses = arcs.end.shape, arcs.first.size
    load = np.zeros((2, buses + 1))
    place = {bus.name: k for k, bus in enumerate(grid.buses)}
    for one in grid.loads:
        load[:, place[one.bus]] += np.array([one.p_mw, one.q_mvar]) / grid.base_mva
    lost = np.array([1.0, float((arcs.x / arcs.r).max())]) * most.loss
    P, Q = (builder.column(n, size, 0.0, load[k].sum() + lost[k]) for k, n in enumerate("PQ"))
    l = builder.column("l", size, 0.0, most.l_max[arcs.branch])  # noqa: E741
    for k, power in enumerate((P, Q)):
        builder.le(power - (load[k].sum() + lost[k]) * on, "on")
        builder.le(load[k, arcs.end] * on - power, "feeds its bus")
    place_first = np.zeros((buses, size[0]))
    place_first[np.arange(buses), arcs.first] = 1.0  # what is summed over the arcs into a bus stands at the first of them
    p, q = (-part[1:] @ place_first for part in load)
    for gap in residuals(arcs.outgoing, arcs.r, arcs.x, 0.0, 0.0, 0.0, s, u @ place_first, l, P, Q, p, q):
        builder.eq(gap @ arcs.into, "branch flow")
    cone = current_cone(P, Q, l, s)
    builder.cone(cone.name, cone.parts, cone.radius)
    builder.minimise(KW * grid.base_mva * series_loss(arcs.r, l))
