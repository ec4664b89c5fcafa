"""Flows while energy is paid for: ranges that no day cheaper than the witness leaves (docs/formulation.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.oracle.affine import free
from gridbench.oracle.currents import Flows, Range
from gridbench.oracle.flow_polygon import ANGLES, majorant
from gridbench.oracle.modes import paid_usd_per_mwh
from gridbench.oracle.narrowing import ROOM, Steps, single_steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gridbench.oracle.affine import Floats, Indices
    from gridbench.oracle.conic import Solution
    from gridbench.oracle.formulation import Formulation
    from gridbench.oracle.integer import Clock

BRANCHES = 30
"""How many branches are narrowed at once: those that burn the most on paper."""


def narrowed_flows(formulation: Formulation, root: Solution, most_usd: float, clock: Clock, threads: int) -> Iterator[Flows]:
    """Yield ever more of what is known of the flows in steps of negative prices, one branch after the other.

    A day outside costs more than `most_usd`. Nine conic problems over those steps alone a branch: the least
    voltage before it, and how far (P, Q) reaches in eight directions.
    """
    at = np.flatnonzero(paid_usd_per_mwh(formulation.scenario, formulation.series) > 0.0)
    steps = single_steps(formulation, root, most_usd).only(at)
    columns, parent = formulation.problem.columns, formulation.scenario.feeder.arrays.parent
    flows = _copied(formulation.known, columns["l"].shape)
    P, Q = (root.x[columns[name]] for name in "PQ")
    for k in _burners(formulation, root.x, at):
        if parent[k] > 0:
            u = free(columns["u"][:, parent[k] - 1])
            flows.u_low[:, parent[k]] = np.maximum(flows.u_low[:, parent[k]], steps.least(u, clock, threads) - ROOM)
        support = _support(steps, columns["P"][:, k], columns["Q"][:, k], clock, threads)
        if clock.left_s <= 0.0:
            return
        for part, turn in (flows.P, 0), (flows.Q, 2):
            np.minimum(part.high[:, k], support[:, turn], out=part.high[:, k])
            np.maximum(part.low[:, k], -support[:, turn + 4], out=part.low[:, k])
        flows.planes[-1][at, k] = majorant(support[at], np.stack([P[at, k], Q[at, k]], axis=-1))
        yield flows


def _support(steps: Steps, P: Indices, Q: Indices, clock: Clock, threads: int) -> Floats:
    """Return how far (P, Q) reaches in each direction (steps, directions)."""
    found = [steps.least(-(np.cos(a) * free(P) + np.sin(a) * free(Q)), clock, threads) for a in ANGLES]
    return ROOM - np.stack(found, axis=-1)


def _burners(formulation: Formulation, x: Floats, at: Indices) -> Indices:
    """Return the branches whose relaxed currents lose the most beyond their flows in the steps `at`, the worst first."""
    l = x[formulation.problem.columns["l"]]  # noqa: E741
    burnt = (formulation.slack(x) * l)[at].sum(axis=0) * formulation.scenario.feeder.arrays.r
    return np.argsort(-burnt, kind="stable")[: min(BRANCHES, int(np.count_nonzero(burnt > 0.0)))]


def _copied(flows: Flows | None, shape: tuple[int, ...]) -> Flows:
    """Return what is known, to be added to, with one more plane; arrays of `shape` (steps, branches)."""
    plane = np.full((*shape, 3), np.nan)
    if flows is None:
        most, buses = np.full((4, *shape), np.inf), (shape[0], shape[1] + 1)
        return Flows(Range(-most[0], most[1]), Range(-most[2], most[3]), np.full(buses, -np.inf), (plane,))
    P, Q = (Range(part.low.copy(), part.high.copy()) for part in (flows.P, flows.Q))
    return Flows(P, Q, flows.u_low.copy(), (*flows.planes, plane))
