"""The curves of an episode that a plot or a report shows, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.physics.devices import Load
from gridbench.physics.terms import Values, inputs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.bench.trajectory import Trajectory
    from gridbench.physics.terms import Device
    from gridbench.scenario.scenario import Columns, Scenario

    Floats = NDArray[np.float64]


def powers(scenario: Scenario, columns: Columns, run: Trajectory) -> dict[str, Floats]:
    """Return the active power of each device that has any into its bus (MW), the loads as one `demand` that is positive."""
    found: dict[str, Floats] = {}
    demand = np.zeros(scenario.steps)
    for device in scenario.devices:
        power = np.where(run.blackout, 0.0, _injected(scenario, device, columns, run))
        if isinstance(device, Load):
            demand -= power
        elif np.any(power):
            found[device.name] = power
    return {**found, "demand": demand}


def _injected(scenario: Scenario, device: Device, columns: Columns, run: Trajectory) -> Floats:
    if "position" in device.controls():
        return np.zeros(scenario.steps)
    names = [f"{one.name}.{control}" for one in scenario.devices for control in one.controls()]
    controls = {name: run.controls[:, names.index(f"{device.name}.{name}")] for name in device.controls()}
    return np.broadcast_to(device.inject(Values(**controls), inputs(device, columns))[0], (scenario.steps,))
