"""The network's day: branch flow, taps, banks and the priced limits, over all steps at once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import InvalidInput
from gridbench.oracle.affine import Affine, Expression, Floats, concatenate, stack
from gridbench.oracle.currents import ROOM, Paid, Range, Reach, bounded
from gridbench.oracle.device_day import DeviceDay, add_money, add_rows
from gridbench.oracle.problem import OUTWARD
from gridbench.oracle.taps import Tap, Windows, positions_of, scaled
from gridbench.physics.branch_flow import behind_transformer, current_cone, residuals
from gridbench.physics.terms import Device, Values

if TYPE_CHECKING:
    from gridbench.oracle.builder import Builder
    from gridbench.scenario.scenario import Scenario

FLOW_ROWS = P_BALANCE, Q_BALANCE, DROP = "p balance", "q balance", "voltage drop"
"""Names of the rows of branch flow: balances by step and bus, the drop by step and branch."""


def network_day(builder: Builder, scenario: Scenario, days: dict[str, DeviceDay], windows: Windows, paid: Paid) -> dict[str, Tap]:
    """Add the network between the injections of the devices' days, and return its taps and banks by name.

    The boxes are the protection band, so that every trajectory without a blackout lies inside. Currents are bounded from
    above in the steps in which energy has a negative price.
    """
    steps, tree, band = scenario.steps, scenario.feeder.arrays, scenario.voltage
    nl = tree.parent.size
    u_box = band.trip_min_pu**2, band.trip_max_pu**2
    l_max = (scenario.loading.trip_loading * tree.rating) ** 2
    fed = builder.column("u", (steps, nl), *u_box, network=True)
    l = builder.column("l", (steps, nl), 0.0, l_max, network=True)  # noqa: E741
    root = np.full((steps, 1), scenario.feeder.root_voltage_pu**2)
    u = concatenate([root, fed], axis=1)
    taps: dict[str, Tap] = {}
    s, s_max = _behind(builder, scenario, days, u, windows, taps)
    most = np.sqrt(l_max * s_max) * (1.0 + OUTWARD)
    P, Q = (builder.column(name, (steps, nl), -most, most, implied=True, network=True) for name in "PQ")
    p, q = _injections(builder, scenario, days, u, windows, taps)
    _bounded(builder, scenario, days, paid, (P, Q, l, p, q, s_max))
    _flow(builder, scenario, (s, u, l, P, Q, p, q))
    scale = _flow_scale(builder, scenario, p, q)
    cone = current_cone(P, Q, l / scale, s * scale)  # P^2 + Q^2 <= (l / a)(a s), well scaled where flows are small
    builder.cone("flow", cone.parts, cone.radius)
    _priced(builder, scenario, scenario.voltage, {"u_pu2": fed})
    _priced(builder, scenario, scenario.loading, {"l_pu2": l / tree.rating**2})
    return taps


def _flow(builder: Builder, scenario: Scenario, flow: tuple[Expression, ...]) -> None:
    """Add balances and voltage drops; a branch without impedance feeds the root, so that its balance is one of them."""
    s, u, l, P, Q, p, q = flow  # noqa: E741
    tree = scenario.feeder.arrays
    nb = tree.parent.size + 1
    outgoing = np.zeros((nb, nb))
    outgoing[np.arange(1, nb), tree.parent] = 1.0
    none = np.zeros((scenario.steps, 1))
    r, x, b = (np.concatenate([[0.0], numbers]) for numbers in (tree.r, tree.x, tree.b))
    l, P, Q = (concatenate([none, part], axis=1) for part in (l, P, Q))  # noqa: E741
    s = concatenate([u[:, :1], s], axis=1)
    left = residuals(outgoing, r, x, b, tree.shunt_g, tree.shunt_b, s, u, l, P, Q, p, q)
    for name, gap in zip(FLOW_ROWS, (left.p_balance, left.q_balance, left.drop[:, 1:]), strict=True):
        builder.eq(gap, name)


def _bounded(builder: Builder, scenario: Scenario, days: dict[str, DeviceDay], paid: Paid, flow: tuple[Expression, ...]) -> None:
    """Bound currents, and what the tie can trade either way, by what stands in the tree while energy is paid for."""
    if not paid.when.any():
        return
    P, Q, l, p, q, s_max = flow  # noqa: E741
    tree, feeder, band = scenario.feeder.arrays, scenario.feeder, scenario.voltage
    ratio = np.array(tree.ratio, dtype=np.float64)
    for device in scenario.regulators:
        ratio[feeder.branch_index(device.branch)] *= np.min(device.ratio(positions_of(device.positions())))
    l_max = (scenario.loading.trip_loading * tree.rating) ** 2
    u = band.trip_min_pu**2, max(band.trip_max_pu, feeder.root_voltage_pu) ** 2
    injected, reactive = (Range(*ends) for ends in builder.range_of(p, q))
    reach = Reach(tree, injected, reactive, u, feeder.root_voltage_pu**2, ratio, s_max, l_max, paid.known)
    fed = bounded(builder, reach, paid.when, (P, Q, l))
    at_root = [day for day in days.values() if getattr(day.device, "bus", None) == scenario.tie.bus]
    if len(at_root) == 1:
        tie, at = days[scenario.tie.name].controls, np.flatnonzero(paid.when)
        drawn = tree.shunt_g[0] * reach.root
        ways = {"import": (fed.high + drawn, tie["importing"]), "export": (-fed.low - drawn, 1.0 - tie["importing"])}
        for way, (end, mode) in ways.items():
            most = np.maximum(end, 0.0) * feeder.base_mva * (1.0 + ROOM) + ROOM
            builder.le((tie[f"{way}_mw"] - mode * most)[at], f"{scenario.tie.name}.{way} within reach", paid.when)


def _priced(builder: Builder, scenario: Scenario, limit: Device, w: dict[str, Affine]) -> None:
    """Add a limit of the network with its priced slacks; `w` holds arrays (steps, places)."""
    shape = next(iter(w.values())).shape
    slacks = {
        name: builder.column(f"{limit.name}.{name}", shape, span.lo, span.hi, network=True)
        for name, span in limit.controls().items()
    }
    u, none = Values(**slacks), Values()
    add_rows(builder, limit.name, limit.limits(none, u, Values(**w), scenario.step_h), None)
    add_money(builder, limit.name, limit.cost(none, u, Values(**w), scenario.step_h), None)


def _behind(
    builder: Builder, scenario: Scenario, days: dict[str, DeviceDay], u: Affine, windows: Windows, taps: dict[str, Tap]
) -> tuple[Affine, Floats]:
    """Return the squared voltage behind each branch's transformer, (steps, branches), and its largest value (branches,)."""
    tree, feeder = scenario.feeder.arrays, scenario.feeder
    sending = u[:, tree.parent]
    highest = np.maximum(scenario.voltage.trip_max_pu, feeder.root_voltage_pu) ** 2
    s = behind_transformer(sending, tree.ratio)
    s_max = behind_transformer(np.full(tree.parent.size, highest), tree.ratio)
    parts = [s[:, k] for k in range(tree.parent.size)]
    shared = [name for name, count in Counter(device.branch for device in scenario.regulators).items() if count > 1]
    if shared:
        raise InvalidInput(scenario.id, [f"branch {name!r} has another regulator too; mend: keep one" for name in shared])
    for device in scenario.regulators:
        k = feeder.branch_index(device.branch)
        numbers = positions_of(device.positions())
        table = numbers, np.asarray(behind_transformer(1.0, tree.ratio[k] * device.ratio(numbers)))
        factors = days[device.name].controls["position"], sending[:, k]
        builder.about = f"{device.name}.factor"
        parts[k] = scaled(builder, device.name, table, factors, windows[device.name])
        taps[device.name] = Tap(*table, parts[k], sending[:, k])
        s_max[k] = table[1].max() * highest
    return stack(parts, (scenario.steps,)), s_max


def _injections(
    builder: Builder, scenario: Scenario, days: dict[str, DeviceDay], u: Affine, windows: Windows, taps: dict[str, Tap]
) -> tuple[Affine, Affine]:
    """Return what the devices inject into each bus, per unit, (steps, buses)."""
    feeder, base = scenario.feeder, scenario.feeder.base_mva
    p: list[Expression] = [0.0] * len(feeder.buses)
    q: list[Expression] = [0.0] * len(feeder.buses)
    for day in days.values():
        bus = getattr(day.device, "bus", None)
        if bus is not None:
            k = feeder.bus_index(bus)
            p[k], q[k] = p[k] + day.p_mw / base, q[k] + day.q_mvar / base
    for bank in scenario.banks:
        k = feeder.bus_index(bank.bus)
        numbers = positions_of(bank.positions())
        table = numbers, np.asarray(bank.susceptance_mvar(numbers) / base)
        builder.about = f"{bank.name}.factor"
        injected = scaled(builder, bank.name, table, (days[bank.name].controls["position"], u[:, k]), windows[bank.name])
        taps[bank.name] = Tap(*table, injected, u[:, k])
        q[k] = q[k] + injected
    return stack(p, (scenario.steps,)), stack(q, (scenario.steps,))


def _flow_scale(builder: Builder, scenario: Scenario, p: Affine, q: Affine) -> Floats:
    """Return a typical apparent power of each branch (branches,), per unit: what lies below it, added up."""
    tree = scenario.feeder.arrays
    most = np.nan_to_num(np.hypot(builder.upper_of(p), builder.upper_of(q)).max(axis=0), posinf=0.0)  # inf: no box yet
    for k in range(tree.parent.size - 1, -1, -1):
        most[tree.parent[k]] += most[k + 1]
    return np.asarray(np.clip(0.5 * most[1:], 0.02, None))
