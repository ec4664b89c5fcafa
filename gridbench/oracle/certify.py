"""The certificate: schedules replayed in the plant, and the bound over days with and without a blackout."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridbench.errors import SolverError
from gridbench.oracle.affine import Floats
from gridbench.oracle.formulation import Formulation
from gridbench.physics.terms import Device, Values
from gridbench.plant.plant import Plant
from gridbench.scenario.scenario import Columns, Scenario

TOLERANCE = 1e-6
"""Relative room for the tolerances of the plant: its power flow converges, and its limits hold, to about 1e-9."""


def asks_of(formulation: Formulation, x: Floats) -> NDArray[np.float32]:
    """Return the asks that bring a solution about (steps, asks), rounded to float32, in the plant's order."""
    found: list[Floats] = []
    for device in formulation.scenario.devices:
        spans = device.asks()
        asked = device.ask_of(Values(**formulation.controls(x, device.name)))
        for name, span in spans.items():
            path = np.clip(np.broadcast_to(asked[name], formulation.scenario.steps), span.lo, span.hi)
            found.append(np.rint(path) if span.integer else path)
    return np.column_stack(found).astype(np.float32)


def idle_asks(scenario: Scenario) -> NDArray[np.float32]:
    """Return asks that need no solver (steps, asks): zero where zero can be asked, ceilings open, positions kept."""
    row = [_idle(device, name) for device in scenario.devices for name in device.asks()]
    return np.tile(np.array(row, dtype=np.float32), (scenario.steps, 1))


def _idle(device: Device, name: str) -> float:
    span = device.asks()[name]
    return span.hi if name in device.ceilings else float(np.clip(device.initial().get(name, 0.0), span.lo, span.hi))


class Replay:
    """The plant of a scenario, ready to price schedules of one day."""

    def __init__(self, scenario: Scenario, series: Columns) -> None:
        self._plant, self._series = Plant(scenario, batch=1), series

    def cost_usd(self, asks: NDArray[np.float32]) -> float:
        """Return the money of the day when a policy asks for `asks` (steps, asks)."""
        self._plant.reset([self._series])
        return float(sum(self._plant.step(row[None].astype(np.float64)).cost_usd[0] for row in asks))


def certified(survive_usd: float, blackout_usd: float, witness_usd: float) -> float:
    """Return the bound of every day: the lower of the two kinds of day, less the plant's tolerances.

    Raises SolverError where a bound exceeds the witness by more than the tolerance: physics or solver must be wrong.
    """
    bound = min(survive_usd, blackout_usd)
    room = TOLERANCE * max(abs(bound), 1.0) if np.isfinite(bound) else 0.0
    if bound - room > witness_usd + TOLERANCE * abs(witness_usd):
        raise SolverError(f"the bound {bound:.6f} usd exceeds the witness {witness_usd:.6f} usd: plant and oracle disagree")
    return min(bound - room, witness_usd)
