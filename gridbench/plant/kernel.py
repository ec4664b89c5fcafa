"""One step of a batch of independent grids, block by block: settle, solve, bill, advance.

Written for numba and compiled by `plant.compiler` together with the traced laws, which stand here under the name `run_device`.
A flow of another solver (`plant.flow`) has its place between `begin` and `outcome.finish`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gridbench.plant.indices import (
    AGENT,
    ASK,
    BASE_MVA,
    BLACKOUT_USD,
    CLIPPED,
    CONTROL,
    DARK,
    INPUT,
    KIND,
    PARAMETER,
    PLACE,
    STATE,
    STEP_H,
    U_ROOT,
)
from gridbench.plant.outcome import conclude
from gridbench.plant.power_flow import sweep

Array = Any

BLOCK = 16
"""Elements that are settled and solved side by side."""
run_device: Any = None


def step(  # noqa: PLR0913, PLR0917
    table: Array,
    c: Array,
    columns: Array,
    parent: Array,
    line: Array,
    shunt: Array,
    rating2: Array,
    fixed_ratio: Array,
    bus_agent: Array,
    limits: Array,
    tie: int,
    x: Array,
    asks: Array,
    w: Array,
    first: Array,
    last: bool,  # noqa: FBT001
    y: Array,
    u: Array,
    done: Array,
    v2: Array,
    load2: Array,
    flow: Array,
    power: Array,
    brief: Array,
    money: Array,
) -> bool:
    """Step all elements of a batch; outputs are written in place. Return whether all inputs are finite; nothing is done else.

    x, y (batch, states) before and after; asks, done (batch, asks); w (batch, columns); first (batch, states) at the start
    of the day; u (batch, controls); v2 (batch, buses) squared voltages; load2 (batch, branches) squared loadings; flow
    (2, batch, branches) what enters the series impedances, and power (2, batch, devices) what the devices inject, in MW and
    Mvar; brief (batch, 4): root power in MW and Mvar, blackout, clipped asks; money (batch, agents, components) in usd.
    """
    if not (finite(x) and finite(asks) and finite(w) and finite(first)):
        return False
    batch, buses = v2.shape
    block = min(batch, BLOCK)
    p, q, bank = np.empty((buses, block)), np.empty((buses, block)), np.empty((buses, block))
    u2, need_p, need_q = np.empty((buses, block)), np.empty((buses, block)), np.empty((buses, block))
    ratio, l = np.empty((buses - 1, block)), np.empty((buses - 1, block))  # noqa: E741
    P, Q = np.empty((buses - 1, block)), np.empty((buses - 1, block))
    change, state = np.empty(block), np.empty(block, np.int64)
    u_found, l_found, root = np.empty((block, buses)), np.empty((block, buses - 1)), np.empty((block, 2))
    flow_found = np.empty((2, block, buses - 1))
    dark_usd = np.empty(block)
    for start in range(0, batch, block):
        count = min(block, batch - start)
        clear(fixed_ratio, limits, brief, money, p, q, bank, ratio, dark_usd, start, count)
        settle(table, c, columns, limits, tie, x, asks, w, y, u, done, p, q, bank, ratio, dark_usd, power, brief, money, start,
               count)  # fmt: skip
        fill(p, q, bank, ratio, count)
        sweep(parent, line, shunt, limits[U_ROOT], ratio, bank, p, q, u2, l, P, Q, need_p, need_q, change, state,
              u_found, l_found, flow_found, root)  # fmt: skip
        for k in range(count):
            conclude(table, c, columns, rating2, bus_agent, limits, tie, x, w, first, last, y, u, done, p, q, bank, ratio,
                     dark_usd, u_found, l_found, flow_found, root, state, v2, load2, flow, power, brief, money, k,
                     start + k)  # fmt: skip
    return True


def begin(  # noqa: PLR0913, PLR0917
    table: Array,
    c: Array,
    columns: Array,
    fixed_ratio: Array,
    limits: Array,
    tie: int,
    x: Array,
    asks: Array,
    w: Array,
    first: Array,
    y: Array,
    u: Array,
    done: Array,
    p: Array,
    q: Array,
    bank: Array,
    ratio: Array,
    dark_usd: Array,
    power: Array,
    brief: Array,
    money: Array,
) -> bool:
    """Settle a whole batch. Return whether all inputs are finite; nothing is done else.

    Beside the arrays of `step`: p, q and bank (buses, batch), ratio (branches, batch), in pu, and dark_usd (batch,), in usd.
    """
    if not (finite(x) and finite(asks) and finite(w) and finite(first)):
        return False
    batch = x.shape[0]
    clear(fixed_ratio, limits, brief, money, p, q, bank, ratio, dark_usd, 0, batch)
    settle(table, c, columns, limits, tie, x, asks, w, y, u, done, p, q, bank, ratio, dark_usd, power, brief, money, 0, batch)
    return True


def finite(rows: Array) -> bool:
    """Return whether every number is finite."""
    for e in range(rows.shape[0]):
        for i in range(rows.shape[1]):
            if not np.isfinite(rows[e, i]):
                return False
    return True


def clear(  # noqa: PLR0913, PLR0917
    fixed_ratio: Array,
    limits: Array,
    brief: Array,
    money: Array,
    p: Array,
    q: Array,
    bank: Array,
    ratio: Array,
    dark_usd: Array,
    start: int,
    count: int,
) -> None:
    """Begin a block: nothing is injected, paid or clipped."""
    for e in range(start, start + count):
        brief[e, CLIPPED] = 0.0
        brief[e, DARK] = 0.0
        dark_usd[e - start] = limits[BLACKOUT_USD]
        for a in range(money.shape[1]):
            for m in range(money.shape[2]):
                money[e, a, m] = 0.0
    for k in range(count):
        for i in range(p.shape[0]):
            p[i, k] = 0.0
            q[i, k] = 0.0
            bank[i, k] = 0.0
        for i in range(ratio.shape[0]):
            ratio[i, k] = fixed_ratio[i]


def fill(p: Array, q: Array, bank: Array, ratio: Array, count: int) -> None:
    """Fill up the last block with copies of its last element."""
    for k in range(count, p.shape[1]):
        for i in range(p.shape[0]):
            p[i, k] = p[i, count - 1]
            q[i, k] = q[i, count - 1]
            bank[i, k] = bank[i, count - 1]
        for i in range(ratio.shape[0]):
            ratio[i, k] = ratio[i, count - 1]


def settle(  # noqa: PLR0913, PLR0917
    table: Array,
    c: Array,
    columns: Array,
    limits: Array,
    tie: int,
    x: Array,
    asks: Array,
    w: Array,
    y: Array,
    u: Array,
    done: Array,
    p: Array,
    q: Array,
    bank: Array,
    ratio: Array,
    dark_usd: Array,
    power: Array,
    brief: Array,
    money: Array,
    start: int,
    count: int,
) -> None:
    """Let every device answer its asks, and gather what the devices do to the network (per unit)."""
    for d in range(table.shape[0]):
        if d != tie:
            run_device(table[d, KIND], c, table[d, PARAMETER], x, table[d, STATE], asks, table[d, ASK], w, columns,
                       table[d, INPUT], limits[STEP_H], u, table[d, CONTROL], y, done, p, q, bank, ratio, table[d, PLACE],
                       limits[BASE_MVA], dark_usd, brief, money, table[d, AGENT], power, d, start, count)  # fmt: skip
