"""Whose money: the scenario with every device an agent of its own, so that the plant bills each one apart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gridbench.scenario.scenario import AgentGroup

if TYPE_CHECKING:
    from gridbench.plant.layout import Layout
    from gridbench.scenario.scenario import Scenario


def billed_apart(scenario: Scenario, layout: Layout) -> Scenario:
    """Return the scenario whose agents are its own, with the money of their buses, then its devices one by one."""
    buses: dict[str, list[str]] = {name: [] for name in layout.agents}
    for bus, agent in zip(layout.buses, layout.bus_agents, strict=True):
        buses[layout.agents[agent]].append(bus)
    groups = [AgentGroup(name, (), tuple(own)) for name, own in buses.items()]
    groups += [AgentGroup(device.name, (device.name,), ()) for device in scenario.devices]
    return replace(scenario, agents=tuple(groups))
