"""What follows from a flow: the lights go out, or the network is priced and the tie carries the balance.

Written for numba and compiled by `plant.compiler` together with the traced laws, which stand here under the names `run_tie`,
`close_device`, `voltage_money` and `loading_money`.
"""

from __future__ import annotations

from typing import Any

from gridbench.plant.indices import (
    AGENT,
    BANK,
    BASE_MVA,
    BLACKOUT_MONEY,
    CLOSES,
    CONTROL,
    DARK,
    INPUT,
    LOADING_MONEY,
    PARAMETER,
    PLACE,
    ROOT_P,
    ROOT_Q,
    STATE,
    STEP_H,
    TIE_TRIP,
    TRIP_HIGH,
    TRIP_LOADING,
    TRIP_LOW,
    VOLTAGE_MONEY,
)
from gridbench.plant.power_flow import SOLVED, at_voltage

Array = Any

run_tie: Any = None
close_device: Any = None
voltage_money: Any = None
loading_money: Any = None


def finish(  # noqa: PLR0913, PLR0917
    table: Array,
    c: Array,
    columns: Array,
    rating2: Array,
    bus_agent: Array,
    limits: Array,
    tie: int,
    x: Array,
    w: Array,
    first: Array,
    last: bool,  # noqa: FBT001
    y: Array,
    u: Array,
    done: Array,
    p: Array,
    q: Array,
    bank: Array,
    ratio: Array,
    dark_usd: Array,
    u_found: Array,
    l_found: Array,
    flow_found: Array,
    root: Array,
    state: Array,
    v2: Array,
    load2: Array,
    flow: Array,
    power: Array,
    brief: Array,
    money: Array,
) -> None:
    """Conclude the step of a whole batch whose flows are those found; the arrays are those of `conclude`."""
    for e in range(x.shape[0]):
        conclude(table, c, columns, rating2, bus_agent, limits, tie, x, w, first, last, y, u, done, p, q, bank, ratio,
                 dark_usd, u_found, l_found, flow_found, root, state, v2, load2, flow, power, brief, money, e, e)  # fmt: skip


def conclude(  # noqa: PLR0913, PLR0917
    table: Array,
    c: Array,
    columns: Array,
    rating2: Array,
    bus_agent: Array,
    limits: Array,
    tie: int,
    x: Array,
    w: Array,
    first: Array,
    last: bool,  # noqa: FBT001
    y: Array,
    u: Array,
    done: Array,
    p: Array,
    q: Array,
    bank: Array,
    ratio: Array,
    dark_usd: Array,
    u_found: Array,
    l_found: Array,
    flow_found: Array,
    root: Array,
    state: Array,
    v2: Array,
    load2: Array,
    flow: Array,
    power: Array,
    brief: Array,
    money: Array,
    k: int,
    e: int,
) -> None:
    """Conclude the step of element e, the flow of which was found as element k of those solved beside it.

    The arrays are those of `kernel.step` and, of the flow, the results of `power_flow.sweep`.
    """
    brief[e, ROOT_P] = root[k, 0] * limits[BASE_MVA]
    brief[e, ROOT_Q] = root[k, 1] * limits[BASE_MVA]
    for i in range(v2.shape[1]):
        v2[e, i] = u_found[k, i]
    for i in range(load2.shape[1]):
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
