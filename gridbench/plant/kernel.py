"""One step of a block of independent grids: settle, solve, bill, advance.

Written for numba and compiled by `plant.compiler` together with the traced laws, which stand here under the names
`run_device`, `run_tie`, `close_device`, `voltage_money` and `loading_money`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gridbench.plant.power_flow import SOLVED, sweep

Array = Any

# columns of the device table
KIND, PARAMETER, STATE, ASK, INPUT, CONTROL, BUS, BRANCH, AGENT, STATES, CONTROLS, ASKS, CLOSES = range(13)
# what a device does to the network
NET_P, NET_Q, NET_RATIO, NET_BANK, NET_DARK_USD = range(5)
# numbers of the network limits
TRIP_LOW, TRIP_HIGH, TRIP_LOADING, TIE_TRIP, BASE_MVA, U_ROOT, STEP_H, BLACKOUT_USD = range(8)
# outputs that are one number an element
ROOT_P, ROOT_Q, DARK, CLIPPED = range(4)
BLACKOUT_MONEY = 11
VOLTAGE_MONEY = 7
LOADING_MONEY = 8

run_device: Any = None
run_tie: Any = None
close_device: Any = None
voltage_money: Any = None
loading_money: Any = None


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
    brief: Array,
    money: Array,
) -> None:
    """Step all elements of a batch; every array has the element as its first axis, outputs are written in place.

    x, y (batch, states) before and after; asks, done (batch, asks); w (batch, columns); first (batch, states) at the start
    of the day; u (batch, controls); v2 (batch, buses) squared voltages; load2 (batch, branches) squared loadings; brief
    (batch, 4): root power in MW and Mvar, blackout, clipped asks; money (batch, agents, components) in usd.
    """
    batch, buses = v2.shape
    block = min(batch, 16)
    p, q, bank = np.empty((buses, block)), np.empty((buses, block)), np.empty((buses, block))
    u2, need_p, need_q = np.empty((buses, block)), np.empty((buses, block)), np.empty((buses, block))
    ratio, l = np.empty((buses - 1, block)), np.empty((buses - 1, block))  # noqa: E741
    P, Q = np.empty((buses - 1, block)), np.empty((buses - 1, block))
    change, state = np.empty(block), np.empty(block, np.int64)
    u_found, l_found, root = np.empty((block, buses)), np.empty((block, buses - 1)), np.empty((block, 2))
    dark_usd, net, cash = np.empty(block), np.empty(5), np.empty(12)
    for start in range(0, batch, block):
        count = min(block, batch - start)
        for k in range(block):
            e = min(start + k, batch - 1)  # the last block is filled up with copies of the last element
            dark_usd[k] = limits[BLACKOUT_USD]
            for i in range(buses):
                p[i, k] = 0.0
                q[i, k] = 0.0
                bank[i, k] = 0.0
            for i in range(buses - 1):
                ratio[i, k] = fixed_ratio[i]
            settle(table, c, columns, limits, tie, x[e], asks[e], w[e], y[e], u[e], done[e], brief[e], money[e],
                   p, q, bank, ratio, k, dark_usd, net, cash)  # fmt: skip
        sweep(parent, line, shunt, limits[U_ROOT], ratio, bank, p, q, u2, l, P, Q, need_p, need_q, change, state,
              u_found, l_found, root)  # fmt: skip
        for k in range(count):
            e = start + k
            brief[e, ROOT_P] = root[k, 0] * limits[BASE_MVA]
            brief[e, ROOT_Q] = root[k, 1] * limits[BASE_MVA]
            for i in range(buses):
                v2[e, i] = u_found[k, i]
            for i in range(buses - 1):
                load2[e, i] = l_found[k, i] / rating2[i]
            if state[k] != SOLVED or trips(v2[e], load2[e], brief[e], limits):
                go_dark(x[e], y[e], u[e], done[e], v2[e], load2[e], brief[e], money[e], dark_usd[k], table[tie, AGENT])
            else:
                bill(table, c, columns, bus_agent, limits, tie, x[e], w[e], y[e], u[e], v2[e], load2[e], brief[e],
                     money[e], net, cash)  # fmt: skip
            if last:
                close(table, c, first[e], y[e], money[e], cash)


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
    brief: Array,
    money: Array,
    p: Array,
    q: Array,
    bank: Array,
    ratio: Array,
    k: int,
    dark_usd: Array,
    net: Array,
    cash: Array,
) -> None:
    """Let every device answer its asks, and gather what the devices do to the network (per unit)."""
    agents, components = money.shape
    for a in range(agents):
        for m in range(components):
            money[a, m] = 0.0
    clipped = 0.0
    for d in range(table.shape[0]):
        if d == tie:
            continue
        row = table[d]
        clipped += run_device(row[KIND], c, row[PARAMETER], x, row[STATE], asks, row[ASK], w, columns, row[INPUT],
                              limits[STEP_H], u, row[CONTROL], y, done, net, cash)  # fmt: skip
        if row[BUS] >= 0:
            p[row[BUS], k] += net[NET_P] / limits[BASE_MVA]
            q[row[BUS], k] += net[NET_Q] / limits[BASE_MVA]
            bank[row[BUS], k] += net[NET_BANK] / limits[BASE_MVA]
        if row[BRANCH] >= 0:
            ratio[row[BRANCH], k] *= net[NET_RATIO]
        dark_usd[k] += net[NET_DARK_USD]
        for m in range(components):
            money[row[AGENT], m] += cash[m]
    brief[CLIPPED] = clipped


def trips(v2: Array, load2: Array, brief: Array, limits: Array) -> bool:
    """Return whether the protection opens: a voltage, a branch or the tie outside its trip limit."""
    for i in range(v2.shape[0]):
        if not (limits[TRIP_LOW] <= v2[i] <= limits[TRIP_HIGH]):
            return True
    for i in range(load2.shape[0]):
        if not load2[i] <= limits[TRIP_LOADING]:
            return True
    return not brief[ROOT_P] ** 2 + brief[ROOT_Q] ** 2 <= limits[TIE_TRIP]


def go_dark(  # noqa: PLR0913, PLR0917
    x: Array, y: Array, u: Array, done: Array, v2: Array, load2: Array, brief: Array, money: Array, usd: float, agent: int
) -> None:
    """Write a step without supply: nothing flows, every device keeps its state, all demand goes unserved."""
    for i in range(x.shape[0]):
        y[i] = x[i]
    for row in (u, done, v2, load2, brief):
        for i in range(row.shape[0]):
            row[i] = 0.0
    for a in range(money.shape[0]):
        for m in range(money.shape[1]):
            money[a, m] = 0.0
    brief[DARK] = 1.0
    money[agent, BLACKOUT_MONEY] = usd


def bill(  # noqa: PLR0913, PLR0917
    table: Array,
    c: Array,
    columns: Array,
    bus_agent: Array,
    limits: Array,
    tie: int,
    x: Array,
    w: Array,
    y: Array,
    u: Array,
    v2: Array,
    load2: Array,
    brief: Array,
    money: Array,
    net: Array,
    cash: Array,
) -> None:
    """Let the tie carry the balance, and price the network."""
    brief[DARK] = 0.0
    row = table[tie]
    run_tie(c, row[PARAMETER], x, row[STATE], brief, ROOT_P, w, columns, row[INPUT], limits[STEP_H], u,
               row[CONTROL], y, brief, net, cash)  # fmt: skip
    for m in range(cash.shape[0]):
        money[row[AGENT], m] += cash[m]
    for i in range(1, v2.shape[0]):
        money[bus_agent[i], VOLTAGE_MONEY] += voltage_money(c, v2[i], limits[STEP_H])
    for i in range(load2.shape[0]):
        money[bus_agent[i + 1], LOADING_MONEY] += loading_money(c, load2[i], limits[STEP_H])


def close(table: Array, c: Array, first: Array, y: Array, money: Array, cash: Array) -> None:
    """Price the end of the day."""
    for d in range(table.shape[0]):
        row = table[d]
        if row[CLOSES] >= 0:
            close_device(row[CLOSES], c, row[PARAMETER], first, y, row[STATE], cash)
            for m in range(cash.shape[0]):
                money[row[AGENT], m] += cash[m]
