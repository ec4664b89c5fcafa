"""The radial sweep: solves the branch-flow equations of many independent networks of one shape.

The functions of this file and of `physics.branch_flow` are compiled together by `plant.compiler`; they are written for
numba, and run as plain Python as well. Arrays are (buses or branches, block): the elements of a block are solved side by
side, and each is harvested at its own convergence, so that a result does not depend on its neighbours.
"""

from __future__ import annotations

from typing import Any

from gridbench.physics.branch_flow import behind_transformer, charging, receiving_voltage, series_loss, squared_current

TOLERANCE = 1e-20
"""Sum over the buses of the squared changes of the squared voltages in the last sweep (pu^4)."""
HOPELESS = 1e6
"""A sweep that changes by more than this has diverged (pu^4)."""
MAX_SWEEPS = 100
RUNNING, SOLVED, FAILED = 0, 1, 2

Array = Any


def sweep(  # noqa: C901, PLR0913, PLR0917
    parent: Array,
    line: Array,
    shunt: Array,
    u_root: float,
    ratio: Array,
    bank: Array,
    p: Array,
    q: Array,
    u: Array,
    l: Array,  # noqa: E741
    P: Array,
    Q: Array,
    need_p: Array,
    need_q: Array,
    change: Array,
    state: Array,
    u_found: Array,
    l_found: Array,
    flow_found: Array,
    root: Array,
) -> None:
    """Solve a block of networks; an element is harvested in the sweep in which it converges.

    parent (branches,); line (branches, 3): r, x, b in pu; shunt (buses, 2): g, b in pu; ratio (branches, block) of the
    ideal transformers; bank (buses, block) susceptance in pu; p, q (buses, block) injections in pu; u, need_p, need_q
    (buses, block), l, P, Q (branches, block) and change (block,) are scratch. Results: u_found (block, buses), l_found
    (block, branches), flow_found (2, block, branches) the P and Q of the branches in pu, root (block, 2) power drawn at the
    root in pu, state (block,) SOLVED where there is a solution.
    """
    buses, block = p.shape
    for k in range(block):
        state[k] = RUNNING
        for i in range(buses):
            u[i, k] = u_root
        for i in range(buses - 1):
            l[i, k] = 0.0
    left = block
    for _ in range(MAX_SWEEPS):
        backward(parent, line, shunt, ratio, bank, p, q, u, l, P, Q, need_p, need_q)
        forward(parent, line, ratio, u, l, P, Q, change)
        for k in range(block):
            if state[k] != RUNNING:
                continue
            if change[k] < TOLERANCE:
                state[k] = SOLVED
                left -= 1
                for i in range(buses):
                    u_found[k, i] = u[i, k]
                for i in range(buses - 1):
                    l_found[k, i] = l[i, k]
                    flow_found[0, k, i] = P[i, k]
                    flow_found[1, k, i] = Q[i, k]
                root[k, 0] = need_p[0, k]
                root[k, 1] = need_q[0, k]
            elif not change[k] < HOPELESS:  # a NaN is hopeless too
                state[k] = FAILED
                left -= 1
        if left == 0:
            return


def at_voltage(admittance: float, u: float) -> float:
    """Return the power of an admittance at a squared voltage: what a conductance draws, what a susceptance injects."""
    return admittance * u


def backward(  # noqa: PLR0913, PLR0917
    parent: Array,
    line: Array,
    shunt: Array,
    ratio: Array,
    bank: Array,
    p: Array,
    q: Array,
    u: Array,
    l: Array,  # noqa: E741
    P: Array,
    Q: Array,
    need_p: Array,
    need_q: Array,
) -> None:
    """Gather what each bus draws, from the ends of the tree to its root."""
    buses, block = p.shape
    for i in range(buses):
        for k in range(block):
            need_p[i, k] = at_voltage(shunt[i, 0], u[i, k]) - p[i, k]
            need_q[i, k] = -at_voltage(shunt[i, 1] + bank[i, k], u[i, k]) - q[i, k]
    for i in range(buses - 2, -1, -1):
        j = parent[i]
        r, x, b = line[i, 0], line[i, 1], line[i, 2]
        for k in range(block):
            s = behind_transformer(u[j, k], ratio[i, k])
            P[i, k] = need_p[i + 1, k] + series_loss(r, l[i, k])
            Q[i, k] = need_q[i + 1, k] - charging(b, u[i + 1, k]) + series_loss(x, l[i, k])
            need_p[j, k] += P[i, k]
            need_q[j, k] += Q[i, k] - charging(b, s)


def forward(
    parent: Array,
    line: Array,
    ratio: Array,
    u: Array,
    l: Array,  # noqa: E741
    P: Array,
    Q: Array,
    change: Array,
) -> None:
    """Carry currents and voltages from the root to the ends of the tree."""
    branches, block = P.shape
    for k in range(block):
        change[k] = 0.0
    for i in range(branches):
        j = parent[i]
        r, x = line[i, 0], line[i, 1]
        for k in range(block):
            s = behind_transformer(u[j, k], ratio[i, k])
            l[i, k] = squared_current(P[i, k], Q[i, k], s)
            after = receiving_voltage(s, r, x, P[i, k], Q[i, k], l[i, k])
            # a sum of squares, so that a NaN stays
            change[k] += (after - u[i + 1, k]) ** 2
            u[i + 1, k] = after
