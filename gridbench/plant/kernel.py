"""One step of a block of independent grids: settle, solve, bill, advance.

Written for numba and compiled by `plant.compiler` together with the traced laws, which stand here under the names
`run_device`, `run_tie`, `close_device`, `voltage_money` and `loading_money`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gridbench.physics import terms
from gridbench.plant.power_flow import SOLVED, at_voltage, sweep

Array = Any

BLOCK = 16
"""Elements that are settled and solved side by side."""
# columns of the device table; PLACE is the bus, or the branch of a regulator; BANK is 1 for a capacitor bank
KIND, PARAMETER, STATE, ASK, INPUT, CONTROL, PLACE, AGENT, CLOSES, BANK = range(10)
# numbers of the network limits
TRIP_LOW, TRIP_HIGH, TRIP_LOADING, TIE_TRIP, BASE_MVA, U_ROOT, STEP_H, BLACKOUT_USD = range(8)
# outputs that are one number an element
ROOT_P, ROOT_Q, DARK, CLIPPED = range(4)
BLACKOUT_MONEY = terms.MONEY.index("blackout")
VOLTAGE_MONEY = terms.MONEY.index("voltage")
LOADING_MONEY = terms.MONEY.index("loading")

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
            e = start + k
            brief[e, ROOT_P] = root[k, 0] * limits[BASE_MVA]
            brief[e, ROOT_Q] = root[k, 1] * limits[BASE_MVA]
            for i in range(buses):
                v2[e, i] = u_found[k, i]
            for i in range(buses - 1):
                load2[e, i] = l_found[k, i] / rating2[i]
                flow[0, e, i] = flow_found[0, k, i] * limits[BASE_MVA]
                flow[1, e, i] = flow_found[1, k, i] * limits[BASE_MVA]
            if state[k] != SOLVED or trips(v2, load2, brief, limits, e):
                go_dark(x, y, u, done, v2, load2, flow, power, brief, money, dark_usd[k], table[tie, AGENT], e)
            else:
                bill(table, c, columns, bus_agent, limits, tie, x, w, y, u, v2, load2, p, q, bank, ratio, dark_usd, power, brief,
                     money, e)  # fmt: skip
                charge_banks(table, v2, power, e)
            if last:
                close(table, c, first, y, money, e)
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


def trips(v2: Array, load2: Array, brief: Array, limits: Array, e: int) -> bool:
    """Return whether the protection opens: a voltage, a branch or the tie outside its trip limit."""
    for i in range(v2.shape[1]):
        if not (limits[TRIP_LOW] <= v2[e, i] <= limits[TRIP_HIGH]):
            return True
    for i in range(load2.shape[1]):
        if not load2[e, i] <= limits[TRIP_LOADING]:
            return True
    return not brief[e, ROOT_P] ** 2 + brief[e, ROOT_Q] ** 2 <= limits[TIE_TRIP]


def go_dark(  # noqa: PLR0913, PLR0917
    x: Array,
    y: Array,
    u: Array,
    done: Array,
    v2: Array,
    load2: Array,
    flow: Array,
    power: Array,
    brief: Array,
    money: Array,
    usd: float,
    agent: int,
    e: int,
) -> None:
    """Write a step without supply: nothing flows, every device keeps its state, all demand goes unserved."""
    for i in range(x.shape[1]):
        y[e, i] = x[e, i]
    for rows in (u, done, v2, load2, brief):
        for i in range(rows.shape[1]):
            rows[e, i] = 0.0
    for pair in (flow, power):
        for i in range(pair.shape[2]):
            pair[0, e, i] = 0.0
            pair[1, e, i] = 0.0
    for a in range(money.shape[1]):
        for m in range(money.shape[2]):
            money[e, a, m] = 0.0
    brief[e, DARK] = 1.0
    money[e, agent, BLACKOUT_MONEY] = usd


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
    p: Array,
    q: Array,
    bank: Array,
    ratio: Array,
    dark_usd: Array,
    power: Array,
    brief: Array,
    money: Array,
    e: int,
) -> None:
    """Let the tie carry the balance, and price the network."""
    run_tie(c, table[tie, PARAMETER], x, table[tie, STATE], brief, ROOT_P, w, columns, table[tie, INPUT], limits[STEP_H], u,
            table[tie, CONTROL], y, brief, p, q, bank, ratio, table[tie, PLACE], limits[BASE_MVA], dark_usd, brief, money,
            table[tie, AGENT], power, tie, e, 1)  # fmt: skip
    for i in range(1, v2.shape[1]):
        money[e, bus_agent[i], VOLTAGE_MONEY] += voltage_money(c, v2[e, i], limits[STEP_H])
    for i in range(load2.shape[1]):
        money[e, bus_agent[i + 1], LOADING_MONEY] += loading_money(c, load2[e, i], limits[STEP_H])


def charge_banks(table: Array, v2: Array, power: Array, e: int) -> None:
    """Turn the reactive power of the banks at 1 pu into that at the voltage of their bus."""
    for d in range(table.shape[0]):
        if table[d, BANK]:
            power[1, e, d] = at_voltage(power[1, e, d], v2[e, table[d, PLACE]])


def close(table: Array, c: Array, first: Array, y: Array, money: Array, e: int) -> None:
    """Price the end of the day."""
    for d in range(table.shape[0]):
        if table[d, CLOSES] >= 0:
            close_device(table[d, CLOSES], c, table[d, PARAMETER], first, y, table[d, STATE], money, table[d, AGENT], e)
