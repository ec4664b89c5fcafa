"""The world of two rooms and a heater, solved exactly over any time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.heron.layout import Layout
    from gridbench.heron.streams import Array

ROOMS = ("room_a", "room_b")


@dataclass(frozen=True, slots=True)
class RoomsPlant:
    """Two equal rooms: capacity in kWh/K, loss to the outside and exchange between them in kW/K, heat of a person in kW."""

    capacity_kwh_per_k: float = 0.5
    loss_kw_per_k: float = 0.06
    exchange_kw_per_k: float = 0.1
    person_kw: float = 0.1

    def bind(self, layout: Layout, controls: Mapping[str, int]) -> RoomsDynamics:
        """Return the dynamics under a layout."""
        return RoomsDynamics(self, layout, controls)


class RoomsDynamics:
    """Mean and difference of the rooms decay on their own, so that each is one exponential."""

    def __init__(self, plant: RoomsPlant, layout: Layout, controls: Mapping[str, int]) -> None:
        """Find the columns."""
        self.plant = plant
        self.temperature = [layout.column(f"{room}/climate.temperature_c") for room in ROOMS]
        self.people = [layout.column(f"{room}/occupants.people") for room in ROOMS]
        self.outside = layout.column("house/outside.temperature_c")
        self.power = layout.column("heater/burner.power_kw")
        self.energy = layout.column("heater/burner.energy_kwh")
        self.efficiency = layout.column("heater/health.efficiency")
        self.valve = [controls[f"{room}/valve"] for room in ROOMS]
        self.asked, self.mode = controls["heater/power_kw"], controls["heater/mode"]

    def start(self, values: Array, generators: Sequence[np.random.Generator]) -> Array:
        """Return states with drawn temperatures (degrees C), people and efficiency."""
        values = values.copy()
        for row, generator in zip(values, generators, strict=True):
            row[self.outside] = generator.uniform(-5.0, 10.0)
            row[self.temperature] = generator.uniform(14.0, 19.0, size=2)
            row[self.people] = generator.integers(0, 4, size=2)
            row[self.efficiency] = generator.uniform(0.8, 1.0)
        return values

    def advance(self, values: Array, controls: Array, begin_s: float, elapsed_s: float) -> Array:  # noqa: ARG002 - no clock in it
        """Return the state after elapsed_s seconds under constant controls."""
        p, hours = self.plant, elapsed_s / 3600.0
        power = np.where(controls[:, self.mode] > 0, controls[:, self.asked], 0.0)
        one, two = self._heat(values, controls, power)
        a, b = values[:, self.temperature[0]], values[:, self.temperature[1]]
        mean = _decay(0.5 * (a + b) - values[:, self.outside], 0.5 * (one + two), p.loss_kw_per_k, p.capacity_kwh_per_k, hours)
        apart = _decay(a - b, one - two, p.loss_kw_per_k + 2.0 * p.exchange_kw_per_k, p.capacity_kwh_per_k, hours)
        after = values.copy()
        after[:, self.temperature[0]] = values[:, self.outside] + mean + 0.5 * apart
        after[:, self.temperature[1]] = values[:, self.outside] + mean - 0.5 * apart
        after[:, self.power] = power
        after[:, self.energy] = values[:, self.energy] + power * hours
        return after

    def _heat(self, values: Array, controls: Array, power: Array) -> tuple[Array, Array]:
        """Return the heat (kW) into each room: the valves share the heater's, people add theirs."""
        a, b = controls[:, self.valve[0]], controls[:, self.valve[1]]
        both = a + b
        shared = np.where(both > 0, values[:, self.efficiency] * power / np.where(both > 0, both, 1.0), 0.0)
        people = values[:, self.people] * self.plant.person_kw
        return shared * a + people[:, 0], shared * b + people[:, 1]


def _decay(x: Array, heat_kw: Array, loss_kw_per_k: float, capacity_kwh_per_k: float, hours: float) -> Array:
    """Return x (K) after some hours of dx/dt = (heat - loss x) / capacity."""
    rest = heat_kw / loss_kw_per_k
    left: Array = rest + (x - rest) * float(np.exp(-loss_kw_per_k * hours / capacity_kwh_per_k))
    return left
