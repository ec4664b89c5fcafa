"""PowerGridAgent: the coordinator over a feeder, or a part of one, and its devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.envs import features
from gridbench.heron.agents.coordinator_agent import CoordinatorAgent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridbench.heron.feature import Feature
    from gridbench.heron.policy import Policy
    from gridbench.heron.protocols import Protocol
    from gridbench.networks.feeder import Feeder
    from gridbench.physics.terms import Device
    from gridbench.plant.layout import Layout
    from gridbench.scenario.scenario import Scenario


class PowerGridAgent(CoordinatorAgent):
    """Stands over its devices and is concerned with its buses, all of the feeder's by default; speaks by a protocol.

    `cost` is the money (usd) of the last step that fell on it and its devices, `safety` what its limits were passed by in
    it (pu, summed over buses and branches): the environment that plays it keeps both.
    """

    def __init__(  # noqa: PLR0913 - each a part of the agent
        self,
        feeder: Feeder,
        devices: Iterable[Device] = (),
        *,
        name: str | None = None,
        buses: Iterable[str] | None = None,
        protocol: Protocol | None = None,
        policy: Policy | None = None,
    ) -> None:
        """Hold feeder and devices; the agent is called as the feeder is unless it has a name of its own."""
        super().__init__(feeder.name if name is None else name, (), (), policy, protocol)
        self.feeder, self.devices = feeder, tuple(devices)
        self.buses = tuple(bus.name for bus in feeder.buses) if buses is None else tuple(buses)
        self.cost = self.safety = 0.0

    def place(self, scenario: Scenario, layout: Layout) -> PowerGridAgent:
        """Give the agent its features in a scenario, and return it."""
        self.features = tuple(part_features(scenario, layout, layout.agents.index(self.name)))
        self.earns = ("metrics.cost_usd", -1.0 / scenario.reward_usd)
        return self


def part_features(scenario: Scenario, layout: Layout, agent: int, *, whole: bool = False) -> list[Feature]:
    """Return the features of an agent of the layout over its part of the network; those without fields are left out."""
    found = [
        features.demand(scenario, layout, agent),
        features.metrics(scenario, layout.agents[agent], part=True, whole=whole),
        features.connection(scenario, layout, agent),
        features.network(scenario, layout, agent),
        features.thermal(scenario, layout, agent),
    ]
    return [feature for feature in found if feature.fields]
