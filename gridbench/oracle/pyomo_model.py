"""A day as a Pyomo model: the third reading of the laws, for any solver that Pyomo drives.

| component | meaning | unit |
|---|---|---|
| `device[d].control[c, t]`, `.state[x, t]` | controls of a device, states after a step | its own |
| `device[d].closing[s]`, `.row[law, t]` | slacks of the end of the day, laws | its own |
| `device[d].money[m]`, `cost` | money of the day by component, and all of it: the objective | usd |
| `voltage[bus]`, `loading[branch]` | the priced limits of the network, with the parts of a device | pu, usd |
| `v2[bus, t]`, `i2[branch, t]` | squared voltage, squared series current | pu |
| `P[branch, t]`, `Q[branch, t]` | power that enters the series impedance | pu |
| `tap[d].at[n, t]`, `.v2[n, t]` | 1 at the position n of a regulator or bank; the squared voltage there, 0 at all others | pu |
| `tap[d].scaled[t]` | the squared voltage behind the regulator, or the reactive power of the bank | pu |
| `p_balance[bus, t]`, `q_balance[bus, t]`, `drop[branch, t]`, `flow[branch, t]` | the equations of the feeder | pu |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyomo.environ as pyo

from gridbench.oracle.pyomo_device import Component, controls, read_device, squared, weather
from gridbench.oracle.taps import positions_of
from gridbench.physics.branch_flow import behind_transformer, current_cone, residuals
from gridbench.physics.terms import Number, Values

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gridbench.physics.devices import CapacitorBank, Regulator
    from gridbench.physics.devices.stepped import Stepped
    from gridbench.scenario.scenario import Columns, Scenario

Objects: TypeAlias = "NDArray[np.object_]"
"""An array of expressions and numbers."""


class Outgoing:
    """The matrix of `residuals` for arrays of expressions: a product with it adds up what leaves each bus, and no zeros."""

    __array_ufunc__ = None  # NumPy leaves the product to this class

    def __init__(self, parent: list[int]) -> None:
        """Take the sending bus of each branch."""
        self._parent = parent

    def __rmatmul__(self, flow: Objects) -> Objects:
        """Return what leaves each bus (buses,); the first branch of `flow` feeds the root."""
        total = np.full(flow.size, 0.0, dtype=object)
        for bus, part in zip(self._parent, flow[1:], strict=True):
            total[bus] = total[bus] + part
        return total


def pyomo_model(scenario: Scenario, split: str, day: int, *, exact: bool = False) -> Component:
    """Return the least cost of a day (usd) as a ConcreteModel, every integer an integer; currents are cones unless `exact`.

    Every trajectory of the plant without a blackout is a point of the exact model, which is not convex. Raises UnknownName or
    InvalidInput for a day that is not there, InvalidInput for a law that no control can keep.
    """
    series, model = scenario.window(split, day), pyo.ConcreteModel(f"{scenario.id} {split} {day}")
    model.device = pyo.Block([device.name for device in scenario.devices])
    for device in scenario.devices:
        read_device(model.device[device.name], device, weather(device, series, scenario.steps), scenario.step_h)
    _network(model, scenario)
    _taps(model, scenario)
    p, q = _injections(model, scenario, series)
    for t in range(scenario.steps):
        _flow(model, scenario, t, p[t], q[t], exact=exact)
    _priced(model, scenario)
    blocks = (*model.device.values(), *model.voltage.values(), *model.loading.values())
    model.cost = pyo.Objective(expr=sum(money for block in blocks for money in block.money.values()))
    return model


def _network(model: Component, scenario: Scenario) -> None:
    """Add the variables of the feeder within the protection band."""
    feeder, band, steps = scenario.feeder, scenario.voltage, range(scenario.steps)
    buses, lines = ([one.name for one in part] for part in (feeder.buses, feeder.branches))
    most = dict(zip(lines, ((scenario.loading.trip_loading * feeder.arrays.rating) ** 2).tolist(), strict=True))
    model.v2 = pyo.Var(buses[1:], steps, bounds=(band.trip_min_pu**2, band.trip_max_pu**2))
    model.i2 = pyo.Var(lines, steps, bounds=lambda _, line, t: (0.0, most[line]))  # noqa: ARG005
    model.P, model.Q = pyo.Var(lines, steps), pyo.Var(lines, steps)
    model.p_balance, model.q_balance = pyo.Constraint(buses, steps), pyo.Constraint(buses, steps)
    model.drop, model.flow = pyo.Constraint(lines, steps), pyo.Constraint(lines, steps)


def _v2(model: Component, scenario: Scenario, t: int) -> Objects:
    """Return the squared voltages of all buses in a step (buses,); that of the root is a number."""
    fed = (model.v2[bus.name, t] for bus in scenario.feeder.buses[1:])
    return np.array([scenario.feeder.root_voltage_pu**2, *fed], dtype=object)


def _taps(model: Component, scenario: Scenario) -> None:
    """Add the positions of regulators and banks, and what they make of the voltage that they act on."""
    feeder = scenario.feeder
    model.tap = pyo.Block([device.name for device in scenario.stepped])
    for regulator in scenario.regulators:
        k = feeder.branch_index(regulator.branch)

        def behind(v2: Number, n: float, k: int = k, regulator: Regulator = regulator) -> Number:
            return behind_transformer(v2, feeder.arrays.ratio[k] * regulator.ratio(n))

        _choose(model, scenario, regulator, int(feeder.arrays.parent[k]), behind)
    for bank in scenario.banks:

        def injected(v2: Number, n: float, bank: CapacitorBank = bank) -> Number:
            return v2 * (bank.susceptance_mvar(n) / feeder.base_mva)

        _choose(model, scenario, bank, feeder.bus_index(bank.bus), injected)


def _choose(model: Component, scenario: Scenario, device: Stepped, bus: int, law: Callable[[Number, float], Number]) -> None:
    """Choose one position a step; `law` is what the squared voltage of the bus becomes at a position, linear in the voltage."""
    block, steps, numbers = model.tap[device.name], range(scenario.steps), positions_of(device.positions()).astype(int).tolist()
    block.at, block.v2, block.scaled = pyo.Var(numbers, steps, domain=pyo.Binary), pyo.Var(numbers, steps), pyo.Var(steps)
    block.one, block.position, block.whole, block.law = (pyo.Constraint(steps) for _ in range(4))
    block.least, block.most = pyo.Constraint(numbers, steps), pyo.Constraint(numbers, steps)
    for t in steps:
        v2 = _v2(model, scenario, t)[bus]
        low, high = v2.bounds if bus else (v2, v2)
        block.one[t] = sum(block.at[n, t] for n in numbers) == 1.0
        block.position[t] = sum(n * block.at[n, t] for n in numbers) == controls(model.device[device.name], device, t).position
        block.whole[t] = sum(block.v2[n, t] for n in numbers) == v2
        block.law[t] = sum(law(block.v2[n, t], n) for n in numbers) == block.scaled[t]
        for n in numbers:
            block.least[n, t] = low * block.at[n, t] <= block.v2[n, t]
            block.most[n, t] = block.v2[n, t] <= high * block.at[n, t]


def _injections(model: Component, scenario: Scenario, series: Columns) -> tuple[Objects, Objects]:
    """Return what the devices inject into each bus, per unit, (steps, buses)."""
    feeder, base = scenario.feeder, scenario.feeder.base_mva
    p, q = (np.full((scenario.steps, len(feeder.buses)), 0.0, dtype=object) for _ in "pq")
    for device in scenario.devices:
        bus = getattr(device, "bus", None)
        if bus is None:
            continue
        k = feeder.bus_index(bus)
        for t, w in enumerate(weather(device, series, scenario.steps)):
            p_mw, q_mvar = device.inject(controls(model.device[device.name], device, t), w)
            p[t, k], q[t, k] = p[t, k] + p_mw / base, q[t, k] + q_mvar / base
            if device in scenario.banks:
                q[t, k] = q[t, k] + model.tap[device.name].scaled[t]
    return p, q


def _behind(model: Component, scenario: Scenario, t: int) -> Objects:
    """Return the squared voltage behind each branch's transformer in a step (branches,)."""
    tree = scenario.feeder.arrays
    s = behind_transformer(_v2(model, scenario, t)[tree.parent], tree.ratio)
    for device in scenario.regulators:
        s[scenario.feeder.branch_index(device.branch)] = model.tap[device.name].scaled[t]
    return np.asarray(s)


def _flow(model: Component, scenario: Scenario, t: int, p: Objects, q: Objects, *, exact: bool) -> None:
    """Add the equations of a step; a branch without impedance feeds the root, so that its balance is one of them."""
    feeder, tree = scenario.feeder, scenario.feeder.arrays
    lines = [branch.name for branch in feeder.branches]
    u, s = _v2(model, scenario, t), _behind(model, scenario, t)
    found = (np.array([part[line, t] for line in lines], dtype=object) for part in (model.i2, model.P, model.Q))
    r, x, b, s, l, P, Q = (np.concatenate([[0.0], part]) for part in (tree.r, tree.x, tree.b, s, *found))  # noqa: E741
    s[0] = u[0]
    left = residuals(Outgoing(tree.parent.tolist()), r, x, b, tree.shunt_g, tree.shunt_b, s, u, l, P, Q, p, q)
    for k, bus in enumerate(feeder.buses):
        model.p_balance[bus.name, t] = left.p_balance[k] == 0.0
        model.q_balance[bus.name, t] = left.q_balance[k] == 0.0
    for k, line in enumerate(lines, start=1):
        cone = squared(current_cone(P[k], Q[k], l[k], s[k]))
        model.drop[line, t] = left.drop[k] == 0.0
        model.flow[line, t] = cone.lhs == cone.rhs if exact else cone.lhs <= cone.rhs


def _priced(model: Component, scenario: Scenario) -> None:
    """Add the limits of voltages and currents, each a device that reads the network."""
    feeder, steps = scenario.feeder, range(scenario.steps)
    model.voltage = pyo.Block([bus.name for bus in feeder.buses[1:]])
    for bus in model.voltage:
        read_device(model.voltage[bus], scenario.voltage, [Values(u_pu2=model.v2[bus, t]) for t in steps], scenario.step_h)
    model.loading = pyo.Block([branch.name for branch in feeder.branches])
    for line, rating in zip(model.loading, feeder.arrays.rating.tolist(), strict=True):
        w = [Values(l_pu2=model.i2[line, t] / rating**2) for t in steps]
        read_device(model.loading[line], scenario.loading, w, scenario.step_h)
