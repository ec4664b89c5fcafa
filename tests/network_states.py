"""States of a network at random, light to far too heavy, and what the plant's compiled sweep makes of them."""

from __future__ import annotations

import numpy as np

from gridbench.physics import branch_flow
from gridbench.physics.devices import Load
from gridbench.plant.compiler import _fixed_parts, _load
from gridbench.plant.flow import Flows
from gridbench.plant.kernel import BLOCK
from gridbench.plant.power_flow import SOLVED


def random_states(scenario, rng, batch, heaviest):
    """p, q and bank (batch, buses), ratio (batch, branches), in pu: up to `heaviest` times the nominal demand is drawn."""
    feeder, nb = scenario.feeder, len(scenario.feeder.buses)
    demand = np.zeros((2, nb))
    for load in (device for device in scenario.devices if isinstance(device, Load)):
        demand[:, feeder.bus_index(load.bus)] += load.p_mw / feeder.base_mva, load.q_mvar / feeder.base_mva
    level = np.exp(rng.uniform(np.log(0.1), np.log(heaviest), (batch, 1)))
    p, q = (-one * level * rng.uniform(-0.3, 1.5, (batch, nb)) for one in demand)
    bank = np.where(rng.random((batch, nb)) < 0.1, rng.uniform(0.0, 0.1, (batch, nb)), 0.0)
    tapped = rng.random((batch, nb - 1)) < 0.1
    return p, q, bank, feeder.arrays.ratio * np.where(tapped, rng.uniform(0.9, 1.1, (batch, nb - 1)), 1.0)


def swept(feeder, p, q, bank, ratio):
    """The flows that the plant's sweep finds, compiled."""
    return sweeper(feeder, p, q, bank, ratio)()


def sweeper(feeder, p, q, bank, ratio):
    """The compiled sweep of these states as a function, its arrays made before, in blocks as in the plant."""
    sweep = _load("\n\n".join(_fixed_parts())).sweep
    tree, (batch, nb) = feeder.arrays, p.shape
    line, shunt = np.column_stack([tree.r, tree.x, tree.b]), np.column_stack([tree.shunt_g, tree.shunt_b])
    found = np.zeros((batch, nb)), np.zeros((batch, nb - 1)), np.zeros((2, batch, nb - 1)), np.zeros((batch, 2))
    state = np.zeros(batch, np.int64)
    blocks = []
    for start in range(0, batch, BLOCK):
        own = slice(start, start + BLOCK)
        u, l, flow, root = found[0][own], found[1][own], np.zeros((2, len(p[own]), nb - 1)), found[3][own]  # noqa: E741
        at_bus, in_branch = (nb, len(u)), (nb - 1, len(u))
        scratch = [np.zeros(shape) for shape in (at_bus, in_branch, in_branch, in_branch, at_bus, at_bus, len(u))]
        given = [np.ascontiguousarray(one[own].T) for one in (ratio, bank, p, q)]
        fixed = tree.parent, line, shunt, feeder.root_voltage_pu**2
        blocks.append((own, (*fixed, *given, *scratch, state[own], u, l, flow, root)))

    def solve():
        for own, arrays in blocks:
            sweep(*arrays)
            found[2][:, own] = arrays[-2]
        return Flows(*found, state == SOLVED)

    return solve


def left_over(feeder, flows, p, q, bank, ratio):
    """The largest residual of the stated equations over all solved states."""
    tree, lit = feeder.arrays, flows.solved
    outgoing = (tree.parent[:, None] == np.arange(1, len(tree.parent) + 1)[None, :]).astype(float)
    u, l, (P, Q) = flows.u[lit], flows.l[lit], flows.flow[:, lit]  # noqa: E741
    s = branch_flow.behind_transformer(u[:, tree.parent], ratio[lit])
    fed = u[:, 1:], l, P, Q, p[lit, 1:], q[lit, 1:]
    left = branch_flow.residuals(
        outgoing, tree.r, tree.x, tree.b, tree.shunt_g[1:], (tree.shunt_b + bank[lit])[:, 1:], s, *fed
    )  # fmt: skip
    current = (l - branch_flow.squared_current(P, Q, s)) / np.maximum(l, 1.0)
    return max(float(np.abs(one).max(initial=0.0)) for one in (*left, current))
