"""The formulation: a scenario's day as one conic problem, read off the laws of devices and branches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gridbench.oracle.builder import Builder
from gridbench.oracle.currents import Flows, Paid
from gridbench.oracle.device_day import DeviceDay, device_day
from gridbench.oracle.modes import paid_usd_per_mwh
from gridbench.oracle.network_day import network_day
from gridbench.oracle.taps import Tap, Window, Windows
from gridbench.physics.terms import inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.oracle.affine import Expression, Floats
    from gridbench.oracle.problem import Problem
    from gridbench.scenario.scenario import Columns, Scenario

Start = dict[str, dict[str, float]]
"""The states before a first step, by device and name."""
SCALE = 100.0
"""How many times the rating of the tie the base power may be, or the other way round, before solvers are given another one."""
NAME = "branch flow, second-order cone relaxation; perspective of gated quadratics; hulls of taps and banks"


@dataclass(frozen=True, eq=False)
class Formulation:
    """A day of a scenario as a Problem; `days` holds each device's controls and states as expressions of its columns."""

    scenario: Scenario
    series: Columns
    problem: Problem
    days: dict[str, DeviceDay]
    taps: dict[str, Tap]
    windows: Windows
    start: Start
    known: Flows | None = None

    def controls(self, x: Floats, device: str) -> dict[str, Floats]:
        """Return the controls of a device at a solution x (n,), arrays (steps,)."""
        return {name: column.value(x) for name, column in self.days[device].controls.items()}

    def slack(self, x: Floats) -> Floats:
        """Return how far each branch is from exactness at x: (l s - P^2 - Q^2) / (l s) (steps, branches), 0 where exact.

        Read off the cones' own members: radius^2 - |parts|^2 = 4 (l s - P^2 - Q^2).
        """
        p = self.problem
        starts = p.cone_starts[p.cones["flow"]]
        radius, double_p, double_q, rest = (p.G @ x + p.h)[starts[:, None] + np.arange(4)].T
        product = radius**2 - rest**2
        idle = product < 1e-6  # no current to speak of: the ratio would be noise
        left = np.where(idle, 0.0, (product - double_p**2 - double_q**2) / np.where(idle, 1.0, product))
        return left.reshape(self.scenario.steps, -1)

    def gates(self) -> list[str]:
        """Return the names of the binary columns that commit devices."""
        return [f"{d.name}.{d.gate}" for d in self.scenario.devices if d.gate is not None]


def in_scale(scenario: Scenario) -> Scenario:
    """Return the same grid per unit of the tie's rating where its own base power is far from that, else the scenario itself."""
    base, rating = scenario.feeder.base_mva, scenario.tie.rating_mva
    near = rating / SCALE <= base <= rating * SCALE
    return scenario if near else replace(scenario, feeder=scenario.feeder.rebased(rating))


def whole(scenario: Scenario) -> Windows:
    """Return the widest windows: all positions, and the protection band of the voltage."""
    return {d.name: _window(scenario, *d.positions()[:2]) for d in scenario.stepped}


def fixed_windows(scenario: Scenario, positions: Mapping[str, Floats]) -> Windows:
    """Return windows that hold one position a step; `positions` are arrays (steps,)."""
    return {name: _window(scenario, path, path) for name, path in positions.items()}


def _window(scenario: Scenario, low: Floats | float, high: Floats | float) -> Window:
    band, root = scenario.voltage, scenario.feeder.root_voltage_pu
    ends = low, high, min(band.trip_min_pu, root) ** 2, max(band.trip_max_pu, root) ** 2
    return Window(*(np.broadcast_to(np.asarray(end, dtype=np.float64), (scenario.steps,)) for end in ends))


def at_dawn(scenario: Scenario) -> Start:
    """Return the states that a day begins with."""
    return {device.name: device.initial() for device in scenario.devices}


def formulate(
    scenario: Scenario,
    series: Columns,
    windows: Windows | None = None,
    *,
    start: Start | None = None,
    known: Flows | None = None,
    apart: bool = False,
) -> Formulation:
    """Return the relaxation of a day over the windows of positions (the widest by default).

    Every trajectory of the plant without a blackout, with positions in the windows, is feasible and costs the same here.
    `start` are the states before the first step (by default those of a day's start); the end is priced against the day's start.
    `known` is what else is known of the flows in steps of negative prices: days with other flows are left out.
    With `apart` the steps stand alone: each may start from any state, and the end of the day is free.
    """
    windows = whole(scenario) if windows is None else windows
    start = at_dawn(scenario) if start is None else start
    builder, days = Builder(), {}
    for device in scenario.devices:
        first = None if apart else start[device.name]
        days[device.name] = device_day(builder, device, series, scenario, windows.get(device.name), first)
    taps = network_day(builder, scenario, days, windows, Paid(paid_usd_per_mwh(scenario, series) > 0.0, known))
    return Formulation(scenario, series, builder.build(), days, taps, windows, start, known)


def blackout_bill(scenario: Scenario, series: Columns) -> Floats:
    """Return the money of each step if it is dark (steps,)."""
    bill: Expression = np.full(scenario.steps, scenario.blackout_usd)
    for device in scenario.devices:
        bill = bill + device.blackout_cost(inputs(device, series), scenario.step_h)
    return np.asarray(bill, dtype=np.float64)
