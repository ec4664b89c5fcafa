"""The formulation: a scenario's day as one conic problem, read off the laws of devices and branches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gridbench.oracle.affine import Expression, Floats
from gridbench.oracle.device_day import DeviceDay, device_day, inputs
from gridbench.oracle.network_day import Tap, Windows, network_day
from gridbench.oracle.problem import Builder, Problem
from gridbench.scenario.scenario import Columns, Scenario

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

    def controls(self, x: Floats, device: str) -> dict[str, Floats]:
        """Return the controls of a device at a solution x (n,), arrays (steps,)."""
        return {name: column.value(x) for name, column in self.days[device].controls.items()}

    def slack(self, x: Floats) -> Floats:
        """Return how far each branch is from exactness at x: (l s - P^2 - Q^2) / (l s) (steps, branches), 0 where exact.

        Read off the cones' own members: radius^2 - |parts|^2 = 4 (l s - P^2 - Q^2).
        """
        p = self.problem
        starts = np.concatenate([[0], np.cumsum(p.cone_sizes)])[:-1][p.cones["flow"]]
        radius, double_p, double_q, rest = (p.G @ x + p.h)[starts[:, None] + np.arange(4)].T
        product = radius**2 - rest**2
        idle = product < 1e-6  # no current to speak of: the ratio would be noise
        left = np.where(idle, 0.0, (product - double_p**2 - double_q**2) / np.where(idle, 1.0, product))
        return left.reshape(self.scenario.steps, -1)

    def gates(self) -> list[str]:
        """Return the names of the binary columns that commit devices."""
        return [f"{d.name}.{d.gate}" for d in self.scenario.devices if d.gate is not None]

    def modes(self) -> list[str]:
        """Return the names of the binary columns that are neither gates nor positions, by device."""
        stepped = {d.name for d in (*self.scenario.regulators, *self.scenario.banks)}
        return [
            f"{d.name}.{control}"
            for d in self.scenario.devices
            if d.name not in stepped
            for control, span in d.controls().items()
            if span.integer and control != d.gate
        ]


def whole(scenario: Scenario) -> Windows:
    """Return the widest windows of positions: name of the regulator or bank -> (steps, 2)."""
    stepped = (*scenario.regulators, *scenario.banks)
    return {d.name: np.tile([d.positions().lo, d.positions().hi], (scenario.steps, 1)) for d in stepped}


def fixed_windows(positions: Mapping[str, Floats]) -> Windows:
    """Return windows that hold one position a step; `positions` are arrays (steps,)."""
    return {name: np.stack([path, path], axis=1) for name, path in positions.items()}


def formulate(
    scenario: Scenario, series: Columns, windows: Windows | None = None, *, apart: bool = False
) -> Formulation:
    """Return the relaxation of a day over the windows of positions (the widest by default).

    Every trajectory of the plant without a blackout, with positions in the windows, is feasible and costs the same here.
    With `apart` the steps stand alone: each may start from any state, and the end of the day is free.
    """
    windows = whole(scenario) if windows is None else windows
    builder = Builder()
    days = {d.name: device_day(builder, d, series, scenario, windows.get(d.name), apart=apart) for d in scenario.devices}
    taps = network_day(builder, scenario, days, windows)
    return Formulation(scenario, series, builder.build(), days, taps, windows)


def blackout_bill(scenario: Scenario, series: Columns) -> Floats:
    """Return the money of each step if it is dark (steps,)."""
    bill: Expression = np.full(scenario.steps, scenario.blackout_usd)
    for device in scenario.devices:
        bill = bill + device.blackout_cost(inputs(device, series), scenario.step_h)
    return np.asarray(bill, dtype=np.float64)

