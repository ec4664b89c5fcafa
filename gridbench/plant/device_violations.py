"""By how much devices pass their own limits: the plant lets none through, so that a number above 0 is broken physics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.physics.terms import Le, Span, Values, inputs
from gridbench.plant.violations import TOLERANCE_PU

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from gridbench.physics.terms import Device
    from gridbench.scenario.scenario import Columns, Scenario

    Floats = NDArray[np.float64]
    Named = Mapping[str, Floats]

DEVICE_KINDS = ("state_of_charge", "ramp")
"""The kinds of violation of devices: a store of energy outside its band, and a power that moves faster than its ramp."""
STORED, RAMP = "_mwh", "ramp"
"""What the states that are stores of energy end in, and what the rows of `Device.limits` that are ramps begin with."""


def device_excesses(scenario: Scenario, columns: Columns, controls: Named, states: Named) -> dict[str, Floats]:
    """Return how far devices pass their limits, by kind (steps, places) in pu, 0 where they hold or miss by a rounding.

    controls and states by `device.name` (steps,), the states after each step; in pu of the largest energy, or of the largest
    power that the device's own spans allow.
    """
    places: dict[str, list[Floats]] = {kind: [np.zeros(scenario.steps)] for kind in DEVICE_KINDS}
    for device in scenario.devices:
        places["state_of_charge"] += _stored(device, states)
        places["ramp"] += _ramps(device, columns, (controls, states), scenario.step_h)
    found = {kind: np.stack(passed, axis=1) for kind, passed in places.items()}
    return {kind: np.where(past > TOLERANCE_PU, past, 0.0) for kind, past in found.items()}


def _stored(device: Device, states: Named) -> Iterator[Floats]:
    for name, span in device.states().items():
        if name.endswith(STORED):
            now = states[f"{device.name}.{name}"]
            yield np.maximum(span.lo - now, now - span.hi) / _largest(span)


def _ramps(device: Device, columns: Columns, now: tuple[Named, Named], step_h: float) -> Iterator[Floats]:
    controls, states = now
    spans, first = device.controls(), device.initial()
    if not spans or not first:
        return
    u = Values(**{name: controls[f"{device.name}.{name}"] for name in spans})
    x = Values(**{name: np.concatenate([[first[name]], states[f"{device.name}.{name}"][:-1]]) for name in first})
    for row in device.limits(x, u, inputs(device, columns), step_h):
        if isinstance(row, Le) and row.name.startswith(RAMP):
            yield np.asarray(row.lhs - row.rhs) / _largest(spans["p_mw"])


def _largest(span: Span) -> float:
    return max(abs(span.lo), abs(span.hi))
