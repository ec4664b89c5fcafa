"""Memories of whole steps, kept in hours, so that they count time where the plant is advanced by pieces of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gridbench.plant.layout import Layout
    from gridbench.scenario.scenario import Scenario

Floats = NDArray[np.float64]

TOLERANCE_STEPS = 1e-9
"""Hours that fall short of a whole step by less than this share of it count as the whole step: pieces add up with roundings."""


class Timers:
    """The hours since each event that a device remembers in its states, as `Device.timers` names them.

    `names` (timers,) are `device.control`; after `limits_h` (timers,) nothing is remembered any more. The event of a timer is
    the piece in which its control is 1, counted from the start of the piece. Arrays of hours are (batch, timers).
    """

    def __init__(self, scenario: Scenario, layout: Layout) -> None:
        """Find the memories of a scenario's devices in the arrays of its layout; a memory without states is no timer."""
        kept = [
            (f"{device.name}.{control}", [layout.state(f"{device.name}.{state}") for state in states])
            for device in scenario.devices
            for control, states in device.timers().items()
            if states
        ]
        step_h, sizes = scenario.step_h, [len(places) for _, places in kept]
        ages = np.array([age for size in sizes for age in range(1, size + 1)], dtype=np.float64)
        self.names: tuple[str, ...] = tuple(name for name, _ in kept)
        self.limits_h: Floats = (np.array(sizes, dtype=np.float64) + 1.0) * step_h
        self._controls = np.array([layout.controls.index(name) for name in self.names], dtype=np.intp)
        self._places = np.array([place for _, places in kept for place in places], dtype=np.intp)
        self._timers = np.repeat(np.arange(len(sizes)), sizes)
        self._starts = np.cumsum([0, *sizes], dtype=np.intp)[:-1]
        self._ages_h = ages * step_h
        self._unset_h = self.limits_h[self._timers]
        self._from_h = np.where(ages > 1.0, (ages - TOLERANCE_STEPS) * step_h, 0.0)
        self._until_h = (ages + 1.0 - TOLERANCE_STEPS) * step_h

    def hours(self, states: Floats) -> Floats:
        """Return the hours since each event that states (batch, states) tell: the age of the youngest that is set."""
        if not self.names:
            return np.zeros((len(states), 0))
        told = np.where(states[:, self._places] > 0.5, self._ages_h, self._unset_h)
        youngest: Floats = np.minimum.reduceat(told, self._starts, axis=1)
        return youngest

    def states(self, states: Floats, hours: Floats) -> Floats:
        """Return a copy of states (batch, states) whose memories tell the hours since each event.

        The state of age k is 1 where k whole steps have gone by; the first one also before a whole step has.
        """
        told = states.copy()
        if self.names:
            since = hours[:, self._timers]
            told[:, self._places] = (since >= self._from_h) & (since < self._until_h)
        return told

    def elapse(self, hours: Floats, controls: Floats, elapsed_h: float, blackout: NDArray[np.bool_] | None = None) -> Floats:
        """Return the hours since each event after a piece of `elapsed_h` hours with controls (batch, controls).

        Where `blackout` (batch,) is true the memories stand still, as all states of the plant do without supply.
        """
        if not self.names:
            return hours
        since = np.where(controls[:, self._controls] > 0.5, elapsed_h, hours + elapsed_h)
        after: Floats = np.minimum(since, self.limits_h)
        return after if blackout is None else np.where(blackout[:, None], hours, after)
