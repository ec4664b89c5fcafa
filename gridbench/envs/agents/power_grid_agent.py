"""PowerGridAgent: the coordinator over a feeder, or a part of one, and its devices."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np

from gridbench.envs import features
from gridbench.envs.agents.trader import Trader
from gridbench.heron.agents.coordinator_agent import CoordinatorAgent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridbench.heron.feature import Feature
    from gridbench.heron.observation import Observation
    from gridbench.heron.policy import Policy
    from gridbench.heron.protocols import Protocol
    from gridbench.heron.streams import Array
    from gridbench.networks.feeder import Feeder
    from gridbench.physics.terms import Device
    from gridbench.plant.layout import Layout
    from gridbench.scenario.scenario import Scenario


class PowerGridAgent(CoordinatorAgent):
    """Stands over its devices and is concerned with its buses, all of the feeder's by default; speaks by a protocol.

    `cost` is the money (usd) of the last step that fell on it and its devices, `safety` what its limits were passed by in
    it (pu, summed over buses and branches): an environment keeps both of the copy that it plays, in its `grids`.
    """

    trader: Trader

    def __init__(
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
        self._unsaid = self.protocol if protocol is None else None
        self.feeder, self.devices = feeder, tuple(devices)
        self.buses = tuple(bus.name for bus in feeder.buses) if buses is None else tuple(buses)
        self.cost = self.safety = 0.0

    @property
    def chosen(self) -> Protocol | None:
        """The protocol that it was given, if any; without one the environment's option `agents` says how it speaks."""
        return None if self.protocol is self._unsaid else self.protocol

    def placed(self, scenario: Scenario, layout: Layout, operator: str) -> PowerGridAgent:
        """Return a copy with the features and devices that are its own in a scenario, whose prices the operator tells."""
        placed, place = copy.copy(self), layout.agents.index(self.name)
        owned = zip(scenario.devices, layout.device_agents, strict=True)
        placed.devices = tuple(device for device, owner in owned if owner == place)
        placed.features = tuple(part_features(scenario, layout, place))
        placed.earns = ("metrics.cost_usd", -1.0 / scenario.reward_usd)
        placed.trader = Trader(placed.devices, scenario.tie, f"{operator}/price.price", scenario.step_h)
        return placed

    def needed(self) -> tuple[str, ...]:
        """Return what `offer` and `answer_trade` read in an observation."""
        return self.trader.needed

    def offer(self, observation: Observation) -> Array:
        """Return bids and offers from its marginal costs, as many as its trader's `blocks`."""
        return self.trader.orders(observation)

    def answer_trade(self, quantity: Array, price: Array, observation: Observation) -> Array:  # noqa: ARG002 - the bill is the price's
        """Return the joint action of its devices after a trade: the generator follows it, all others are left alone."""
        asks = {
            (device.name, name): np.full(len(quantity), value)
            for device in self.devices
            for name, value in device.at_rest().items()
        }
        if self.trader.unit is not None:
            output = self.trader.output_mw(quantity, observation)
            unit = self.trader.unit.name
            asks[unit, "on"], asks[unit, "p_mw"] = (output > 0.0).astype(np.float64), output
        return np.stack(list(asks.values()), axis=1)


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
