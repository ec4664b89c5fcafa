"""Two rooms and a heater: the example domain, under any of the protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import UnknownName
from gridbench.heron.agents.coordinator_agent import CoordinatorAgent
from gridbench.heron.agents.system_agent import SystemAgent
from gridbench.heron.builder import HierarchyBuilder
from gridbench.heron.declaration import Declaration
from gridbench.heron.examples.rooms_agents import MOST_KW, WANTED_C, Heater, Room
from gridbench.heron.examples.rooms_plant import ROOMS, RoomsPlant
from gridbench.heron.feature import Feature, Field
from gridbench.heron.policy import FunctionPolicy, Policy, RandomPolicy
from gridbench.heron.protocols import (
    ConsensusProtocol,
    NoProtocol,
    PeerToPeerTradingProtocol,
    PriceSignalProtocol,
    Protocol,
    SetpointProtocol,
)
from gridbench.heron.termination import AnyAgent, FirstOf, Steps

if TYPE_CHECKING:
    from gridbench.heron.observation import Observation
    from gridbench.heron.streams import Array

OUTSIDE = Feature("outside", (Field("temperature_c", "degC", -60.0, 60.0),), ("public",))
PROTOCOLS = ("setpoint", "price", "trade", "consensus", "none")


def thermostat(observation: Observation) -> Array:
    """Return both valves, power (kW) and mode: a coordinator's joint action, by the rooms' shortfalls."""
    cold = [np.clip(WANTED_C - observation[f"{room}/climate.temperature_c"], 0.0, 1.0) for room in ROOMS]
    power = 0.5 * MOST_KW * (cold[0] + cold[1])
    return np.stack([cold[0], cold[1], power, (power > 0).astype(float)], axis=1)


def scarcity(observation: Observation) -> Array:
    """Return a price (USD/kWh) that rises with the mean shortfall."""
    cold = [WANTED_C - observation[f"{room}/climate.temperature_c"] for room in ROOMS]
    return np.clip(0.1 + 0.1 * (cold[0] + cold[1]), 0.0, 1.0)[:, None]


def own_valve(observation: Observation) -> Array:
    """Return a room's valve by its own thermometer."""
    return (0.5 + 0.5 * (WANTED_C - observation["climate.temperature_c"]))[:, None]


def steady(observation: Observation) -> Array:
    """Return half the heater's power (kW), switched on."""
    return np.tile([0.5 * MOST_KW, 1.0], (observation.batch, 1))


def two_rooms(
    protocol: str = "setpoint", step_s: float = 900.0, steps: int = 24, *, random: bool = False, observability: str = "system"
) -> Declaration:
    """Return the declaration under a protocol; `random` replaces every policy by uniform asks.

    Raise UnknownName for a protocol other than setpoint, price, trade, consensus and none.
    """
    if protocol not in PROTOCOLS:
        raise UnknownName("protocol", protocol, PROTOCOLS)

    def policy(rule: Policy) -> Policy:
        return RandomPolicy() if random else rule

    spoken: dict[str, tuple[Protocol, Policy | None]] = {
        "setpoint": (SetpointProtocol(), policy(FunctionPolicy(thermostat))),
        "price": (PriceSignalProtocol(0.0, 1.0, "USD/kWh"), policy(FunctionPolicy(scarcity))),
        "trade": (PeerToPeerTradingProtocol(fee=0.02, blocks=2), None),
        "consensus": (ConsensusProtocol(), None),
        "none": (NoProtocol(), None),
    }
    said, leading = spoken[protocol]
    valve = policy(FunctionPolicy(own_valve)) if protocol == "none" else None
    burner = policy(FunctionPolicy(steady)) if protocol in ("consensus", "none") else None
    hierarchy = (
        HierarchyBuilder()
        .add(SystemAgent("house", (OUTSIDE,)))
        .add(CoordinatorAgent("floor", policy=leading, protocol=said), under="house")
        .add(*(Room(room, valve) for room in ROOMS), Heater(policy=burner), under="floor")
        .build()
    )
    return Declaration(hierarchy, RoomsPlant(), step_s, FirstOf(AnyAgent(), Steps(steps)), observability)
