"""Days and asks for a plant, and what its devices do to the network, summed by hand."""

from __future__ import annotations

import numpy as np

from gridbench.physics.devices import CapacitorBank, GridTie, Regulator
from gridbench.physics.terms import Values


def days(scenario, *numbers):
    return [scenario.window("test", number) for number in numbers]


def overloaded(day, factor=6.0):
    """The same day with so much demand that the feeder cannot carry it."""
    return {name: column * factor if name.startswith("load_") else column for name, column in day.items()}


def idle(plant):
    """Asks that leave every device alone: positions kept, nothing curtailed, nothing shed, engines off."""
    lay = plant.layout
    asks = np.zeros((plant.batch, len(lay.asks)))
    for n, (name, span) in enumerate(zip(lay.asks, lay.ask_spans, strict=True)):
        if name.endswith(".position"):
            asks[:, n] = plant.states[:, lay.state(name)]
        elif name.endswith(".p_ceiling_mw"):
            asks[:, n] = span.hi
    return asks


def random_asks(plant, rng, stretch=1.0):
    """Asks anywhere in their spans, or beyond them; regulators and banks move by one step at most."""
    lay = plant.layout
    low, high = (np.array([span[end] for span in lay.ask_spans]) for end in (0, 1))
    middle, half = (low + high) / 2, (high - low) / 2
    asks = middle + stretch * half * rng.uniform(-1.0, 1.0, (plant.batch, low.size))
    for n, name in enumerate(lay.asks):
        if name.endswith(".position"):
            asks[:, n] = plant.states[:, lay.state(name)] + rng.integers(-1, 2, plant.batch)
    return asks


def tree_injections(plant, result, weather, element=0):
    """What the devices inject into the buses, summed by hand from their own laws (pu), and the susceptance of the banks."""
    scenario, lay = plant.scenario, plant.layout
    nb = len(lay.buses)
    p, q, bank, ratio = np.zeros(nb), np.zeros(nb), np.zeros(nb), scenario.feeder.arrays.ratio.copy()
    for device in scenario.devices:
        u = Values(**{n: result.controls[element, lay.controls.index(f"{device.name}.{n}")] for n in device.controls()})
        w = Values(**{n: weather[element, lay.columns.index(c)] for n, c in device.inputs().items()})
        if isinstance(device, Regulator):
            ratio[scenario.feeder.branch_index(device.branch)] *= device.ratio(u.position)
            continue
        if isinstance(device, GridTie):
            continue
        bus = scenario.feeder.bus_index(device.bus)
        injected = device.inject(u, w)
        p[bus] += injected[0] / scenario.feeder.base_mva
        q[bus] += injected[1] / scenario.feeder.base_mva
        if isinstance(device, CapacitorBank):
            bank[bus] += device.susceptance_mvar(u.position) / scenario.feeder.base_mva
    return p, q, bank, ratio
