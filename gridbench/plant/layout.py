"""Where each number of a scenario stands in the plant's arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.physics.terms import Span
    from gridbench.scenario.scenario import Scenario


@dataclass(frozen=True)
class Layout:
    """Names in array order: asks, controls and states are `device.field`, buses and branches as in the feeder."""

    asks: tuple[str, ...]
    ask_spans: tuple[Span, ...]
    ask_agents: tuple[int, ...]
    controls: tuple[str, ...]
    states: tuple[str, ...]
    state_spans: tuple[Span, ...]
    devices: tuple[str, ...]
    device_agents: tuple[int, ...]
    buses: tuple[str, ...]
    bus_agents: tuple[int, ...]
    branches: tuple[str, ...]
    agents: tuple[str, ...]
    columns: tuple[str, ...]
    initial: NDArray[np.float64]

    def ask(self, name: str) -> int:
        """Return the index of an ask. Raises ValueError for an unknown name."""
        return self.asks.index(name)

    def state(self, name: str) -> int:
        """Return the index of a state. Raises ValueError for an unknown name."""
        return self.states.index(name)


def layout(scenario: Scenario) -> Layout:
    """Return the layout of a scenario: devices in the scenario's order, their fields in their own order."""
    agents = tuple(group.name for group in scenario.agents)
    owner = {device: i for i, group in enumerate(scenario.agents) for device in group.devices}
    concern = {bus: i for i, group in enumerate(scenario.agents) for bus in group.buses}
    operator = owner[scenario.tie.name]
    bus_agents = tuple(concern.get(bus.name, operator) for bus in scenario.feeder.buses)
    by_bus = dict(zip((bus.name for bus in scenario.feeder.buses), bus_agents, strict=True))
    device_agents = tuple(owner.get(d.name, by_bus.get(getattr(d, "bus", ""), operator)) for d in scenario.devices)
    asks = [
        (f"{d.name}.{n}", span, a) for d, a in zip(scenario.devices, device_agents, strict=True) for n, span in d.asks().items()
    ]
    states = [(f"{d.name}.{n}", span, d.initial()[n]) for d in scenario.devices for n, span in d.states().items()]
    return Layout(
        asks=tuple(name for name, _, _ in asks),
        ask_spans=tuple(span for _, span, _ in asks),
        ask_agents=tuple(agent for _, _, agent in asks),
        controls=tuple(f"{d.name}.{n}" for d in scenario.devices for n in d.controls()),
        states=tuple(name for name, _, _ in states),
        state_spans=tuple(span for _, span, _ in states),
        devices=tuple(d.name for d in scenario.devices),
        device_agents=device_agents,
        buses=tuple(bus.name for bus in scenario.feeder.buses),
        bus_agents=bus_agents,
        branches=tuple(branch.name for branch in scenario.feeder.branches),
        agents=agents,
        columns=scenario.columns,
        initial=np.array([first for _, _, first in states]),
    )
