"""The features of the grid's agents: what can be seen of a device, of a part of the network, and of the day."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from gridbench.envs.codec import unit_of
from gridbench.envs.field import Reading
from gridbench.envs.scored import couplings, loading_field, state_field, voltage_field
from gridbench.envs.signals import CLOCK, PRICES, agent_signals, breaker_fields, device_signals, total_signals
from gridbench.heron.feature import Feature
from gridbench.physics.devices import EvCharger, FlexibleLoad, Load, Renewable
from gridbench.plant.timers import Timers
from gridbench.scenario.series.columns import CONNECTED

if TYPE_CHECKING:
    from gridbench.networks.feeder import Branch
    from gridbench.physics.devices import Regulator
    from gridbench.physics.terms import Device
    from gridbench.plant.layout import Layout
    from gridbench.scenario.scenario import Scenario


class Sited(Protocol):
    """A device that stands at a bus."""

    name: str
    bus: str


PUBLIC = ("public",)
OWN = ("owner", "upper_level")
"""Seen by the agent, and by the head that it stands under."""
TOP = ("owner", "system")
"""Seen by the agent, and by the system agent."""
PRIVATE = ("owner",)
CONSTANT = "constant"
"""The source of numbers that never change."""


def electrical(scenario: Scenario, device: Sited) -> Feature:
    """Return what a device injects into its bus, and the voltage there."""
    rating = rating_mva(device)
    return Feature(
        "electrical",
        (
            Reading(name="p_mw", unit="MW", scale=rating, meaning="active power into the bus", source=f"p.{device.name}"),
            Reading(name="q_mvar", unit="Mvar", scale=rating, meaning="reactive power into the bus", source=f"q.{device.name}"),
            voltage_field(scenario, "v_pu", f"voltage of bus {device.bus}", f"v.{_bus(scenario, device.bus)}"),
        ),
        OWN,
    )


def breaker(device: Device) -> list[Feature]:
    """Return whether the breaker of a device is closed, nothing for a device without one."""
    return [Feature("breaker", (replace(one, name="connection"),), OWN) for one in breaker_fields([device]).values()]


def states(scenario: Scenario, layout: Layout, device: Device, name: str, *others: Reading) -> Feature:
    """Return the states that a device carries from step to step, the hours since its starts and stops, and others."""
    own = [(i, state.rpartition(".")) for i, state in enumerate(layout.states)]
    fields = [replace(state_field(layout, i), name=state, meaning="state") for i, (at, _, state) in own if at == device.name]
    timers = Timers(scenario, layout)
    told = [(*name.rpartition("."), limit) for name, limit in zip(timers.names, timers.limits_h.tolist(), strict=True)]
    fields += [
        Reading(
            name=f"since_{event}_h", unit="h", lo=0.0, hi=limit, start=limit, scale=limit,
            meaning=f"hours since the last {event}, as far as they are remembered", source=f"since.{at}.{event}",
        )
        for at, _, event, limit in told
        if at == device.name
    ]  # fmt: skip
    return Feature(name, (*fields, *others), OWN)


def constants(name: str, device: Device, *fields: str) -> Feature:
    """Return the figures of a device that never change."""
    readings = [
        Reading(name=field, unit=unit_of(field), start=float(getattr(device, field)), source=CONSTANT) for field in fields
    ]
    return Feature(name, tuple(readings), OWN)


def available(device: Renewable | EvCharger) -> Feature:
    """Return the power that a renewable could give, or what a charger's cars can take and ask for, now and by forecast."""
    prefix = f"{device.name}."
    fields = [field for signal in device_signals(device) for field in signal.fields()]
    return Feature("forecast", tuple(replace(field, name=field.name.removeprefix(prefix)) for field in fields), OWN)


def tap_voltage(scenario: Scenario, device: Regulator) -> Reading:
    """Return the voltage behind a regulator."""
    feeder = scenario.feeder
    bus = feeder.branches[feeder.branch_index(device.branch)].to_bus
    return voltage_field(scenario, "v_pu", f"voltage of bus {bus}, behind the regulator", f"v.{bus}")


def network(scenario: Scenario, layout: Layout, agent: int) -> Feature:
    """Return the voltages of an agent's buses, and the flows of the branches that feed them."""
    feeder, base = scenario.feeder, scenario.feeder.base_mva
    fields = [
        voltage_field(scenario, f"{bus.name}.v_pu", f"voltage of bus {bus.name}", f"v.{bus.name}")
        for bus, owner in zip(feeder.buses, layout.bus_agents, strict=True)
        if owner == agent
    ]
    for branch in _feeding(scenario, layout, agent):
        for power, unit in (("p_mw", "MW"), ("q_mvar", "Mvar")):
            source = f"flow_{power[0]}.{branch.name}"
            meaning = f"power into branch {branch.name}, last step"
            scale = max(base * branch.rating_pu, 1e-9)
            fields.append(Reading(name=f"{branch.name}.{power}", unit=unit, scale=scale, meaning=meaning, source=source))
    return Feature("network", tuple(fields), TOP)


def thermal(scenario: Scenario, layout: Layout, agent: int) -> Feature:
    """Return the loadings of the branches that feed an agent's buses."""
    fields = [
        loading_field(f"{branch.name}.loading", f"loading of branch {branch.name}, last step", f"loading.{branch.name}")
        for branch in _feeding(scenario, layout, agent)
    ]
    return Feature("thermal", tuple(fields), TOP)


def connection(scenario: Scenario, layout: Layout, agent: int) -> Feature:
    """Return voltage, loading and power of the branches through which an agent's part hangs from another's."""
    fields: list[Reading] = []
    for branch, feeds in couplings(scenario, layout, agent):
        if feeds:
            scale = max(scenario.feeder.base_mva * branch.rating_pu, 1e-9)
            fields += [
                voltage_field(scenario, f"{branch.name}.v_pu", f"voltage of bus {branch.from_bus}", f"v.{branch.from_bus}"),
                loading_field(f"{branch.name}.loading", f"loading of branch {branch.name}", f"loading.{branch.name}"),
                Reading(name=f"{branch.name}.p_mw", unit="MW", scale=scale, meaning="drawn", source=f"flow_p.{branch.name}"),
                Reading(name=f"{branch.name}.q_mvar", unit="Mvar", scale=scale, meaning="drawn", source=f"flow_q.{branch.name}"),
            ]
    return Feature("connection", tuple(fields), OWN)


def demand(scenario: Scenario, layout: Layout, agent: int) -> Feature:
    """Return the demand of an agent's loads, now and by forecast."""
    load = agent_signals(scenario, layout, agent)[-1]
    return Feature("forecast", tuple(load.fields()), OWN)


def totals(scenario: Scenario) -> Feature:
    """Return the demand of all loads and the power that all renewables could give, now and by forecast."""
    return Feature("totals", tuple(field for signal in total_signals(scenario) for field in signal.fields()), TOP)


def clock() -> Feature:
    """Return the time of the day."""
    return Feature("time", CLOCK, PUBLIC)


def prices() -> Feature:
    """Return the day-ahead prices, now and later."""
    return Feature("price", PRICES, PUBLIC)


def series(scenario: Scenario) -> Feature:
    """Return the columns of the series as they stand: what drives the devices, and what a disturbance may change.

    No load takes less than nothing, no renewable gives less, and a breaker is between open and closed.
    """
    kinds = Load | FlexibleLoad | EvCharger | Renewable
    powers = {column for one in scenario.devices if isinstance(one, kinds) for column in one.inputs().values()}
    fields = [
        Reading(
            name=column, unit=unit_of(column), lo=0.0 if column in powers or column.startswith(CONNECTED) else -math.inf,
            hi=1.0 if column.startswith(CONNECTED) else math.inf,
            meaning="series, until the next step", source=f"series.{column}",
        )
        for column in scenario.columns
    ]  # fmt: skip
    return Feature("series", tuple(fields), ("system",))


def metrics(scenario: Scenario, name: str, *, part: bool = False, whole: bool = False) -> Feature:
    """Return the money so far; for a part of the network also its violations, for the whole its extremes and blackouts."""
    fields = [
        Reading(
            name="cost_usd", unit="usd", scale=scenario.reward_usd, meaning="money since the day began", source=f"cost.{name}"
        )
    ]
    if part:
        fields += [
            voltage_field(scenario, "v_min_pu", "lowest voltage of the own buses", f"v_min.{name}"),
            voltage_field(scenario, "v_max_pu", "highest voltage of the own buses", f"v_max.{name}"),
            loading_field("loading_max", "worst loading of the branches that feed the own buses", f"loading_max.{name}"),
            Reading(name="violations", meaning="limits passed in the last step", source=f"violations.{name}"),
            Reading(name="excess_pu_h", unit="pu h", meaning="excess over limits since the day began", source=f"excess.{name}"),
        ]
    if whole:
        fields += [
            voltage_field(scenario, "network.v_min_pu", "lowest voltage of all buses", "v_min"),
            voltage_field(scenario, "network.v_max_pu", "highest voltage of all buses", "v_max"),
            Reading(name="blackout_h", unit="h", meaning="hours without supply since the day began", source="blackout"),
        ]
    return Feature("metrics", tuple(fields), OWN)


def rating_mva(device: object) -> float:
    """Return the power that a device's readings are scaled by: its rating where it states one, else 1."""
    stated = [getattr(device, field, None) or 0.0 for field in ("s_max_mva", "rating_mva", "p_mw", "power_mw")]
    return next((float(value) for value in stated if value > 0.0), 1.0)


def _bus(scenario: Scenario, name: str) -> str:
    return scenario.feeder.buses[scenario.feeder.bus_index(name)].name


def _feeding(scenario: Scenario, layout: Layout, agent: int) -> list[Branch]:
    owners = zip(scenario.feeder.branches, layout.bus_agents[1:], strict=True)
    return [branch for branch, owner in owners if owner == agent]
