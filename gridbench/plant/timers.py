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
        """Find the memories of a scenario's devices in the arrays of its layout."""
        kept = [
            (device, control, [layout.state(f"{device.name}.{state}") for state in states])
            for device in scenario.devices
            for control, states in device.timers().items()
        ]
        self._step_h, sizes = scenario.step_h, [len(places) for *_, places in kept]
        ages = np.array([age for size in sizes for age in range(1, size + 1)], dtype=np.float64)
        self.names: tuple[str, ...] = tuple(f"{device.name}.{control}" for device, control, _ in kept)
        self.limits_h: Floats = (np.array(sizes, dtype=np.float64) + 1.0) * self._step_h
        self._controls = np.array([layout.controls.index(name) for name in self.names], dtype=np.intp)
        self._places = np.array([place for *_, places in kept for place in places], dtype=np.intp)
        self._timers = np.repeat(np.arange(len(sizes)), sizes)
        self._full = np.flatnonzero(sizes)
        self._starts = (np.cumsum([0, *sizes])[:-1])[self._full]
        self._ages_h = ages * self._step_h
        self._unset_h = self.limits_h[self._timers]
        self._from_h = np.where(ages > 1.0, (ages - TOLERANCE_STEPS) * self._step_h, 0.0)
        self._until_h = (ages + 1.0 - TOLERANCE_STEPS) * self._step_h
        gated = [(n, f"{device.name}.{device.gate}") for n, (device, *_) in enumerate(kept) if device.gate is not None]
        self._gated = np.array([n for n, _ in gated], dtype=np.intp)
        self._gates = np.array([(layout.ask(gate), layout.state(gate)) for _, gate in gated], dtype=np.intp).reshape(-1, 2)

    def hours(self, states: Floats) -> Floats:
        """Return the hours since each event that states (batch, states) tell: the age of the youngest that is set."""
        found = np.tile(self.limits_h, (len(states), 1))
        if self._places.size:
            told = np.where(states[:, self._places] > 0.5, self._ages_h, self._unset_h)
            found[:, self._full] = np.minimum.reduceat(told, self._starts, axis=1)
        return found

    def held(self, asks: Floats, states: Floats, hours: Floats) -> Floats:
        """Return asks (batch, asks) in which a gate that moved less than a step ago stays where it is: no memory tells that."""
        young = hours[:, self._gated] < (1.0 - TOLERANCE_STEPS) * self._step_h
        if not young.any():
            return asks
        kept, (ask, state) = asks.copy(), self._gates.T
        for n in range(len(ask)):
            kept[:, ask[n]] = np.where(young[:, n], states[:, state[n]], kept[:, ask[n]])
        return kept

    def states(self, states: Floats, hours: Floats) -> Floats:
        """Return a copy of states (batch, states) whose memories tell the hours since each event.

        The state of age k is 1 where k whole steps have gone by; the first one also before a whole step has.
        """
        told = states.copy()
        if self._places.size:
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
