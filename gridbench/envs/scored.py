"""What the policy of a grid agent is given: the fields of its observation, in the order that trained policies rely on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gridbench.envs.codec import unit_of
from gridbench.envs.field import Reading
from gridbench.envs.signals import CLOCK, PRICES, agent_signals, breaker_fields, total_signals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gridbench.networks.feeder import Branch
    from gridbench.plant.layout import Layout
    from gridbench.scenario.scenario import Scenario


def scored_fields(scenario: Scenario, layout: Layout, agent: int) -> tuple[Reading, ...]:
    """Return the clock, prices, own signals, own states and own part of the network; the operator also has the totals."""
    operator = agent == layout.device_agents[layout.devices.index(scenario.tie.name)]
    signals = [*agent_signals(scenario, layout, agent), *(total_signals(scenario) if operator else [])]
    known = [*CLOCK, *PRICES, *(field for signal in signals for field in signal.fields())]
    own = [name for name, owner in zip(layout.devices, layout.device_agents, strict=True) if owner == agent]
    known += breaker_fields(device for device in scenario.devices if device.name in own).values()
    states = [replace(state_field(layout, i), meaning="own state") for i in _states_of(layout, own)]
    whole = _whole(scenario) if operator else []
    return (*known, *states, *_network(scenario, layout, agent), *_regulated(scenario, own), *whole)


def state_field(layout: Layout, state: int) -> Reading:
    """Return the field of a state of a device, scaled by its span."""
    name, span = layout.states[state], layout.state_spans[state]
    return Reading(
        name=name, unit=unit_of(name) or "1", lo=span.lo, hi=span.hi, start=float(layout.initial[state]),
        scale=0.5 * (span.hi - span.lo) or 1.0, offset=0.5 * (span.hi + span.lo), source=f"state.{name}",
    )  # fmt: skip


def voltage_field(scenario: Scenario, name: str, meaning: str, source: str) -> Reading:
    """Return the field of a voltage, scaled by the band."""
    band = scenario.voltage
    half, middle = 0.5 * (band.v_max_pu - band.v_min_pu), 0.5 * (band.v_max_pu + band.v_min_pu)
    return Reading(
        name=name, unit="pu", lo=0.0, start=1.0, scale=half, offset=middle, meaning=f"{meaning}, last step", source=source
    )


def loading_field(name: str, meaning: str, source: str) -> Reading:
    """Return the field of a loading, as a share of the rating."""
    return Reading(name=name, unit="1", lo=0.0, scale=0.5, offset=0.5, meaning=meaning, source=source)


def couplings(scenario: Scenario, layout: Layout, agent: int) -> Iterator[tuple[Branch, bool]]:
    """Yield the branches that couple an agent's buses to another's, and whether they feed the agent."""
    feeder = scenario.feeder
    for branch in feeder.branches:
        above, below = (layout.bus_agents[feeder.bus_index(bus)] for bus in (branch.from_bus, branch.to_bus))
        if above != below and agent in {above, below}:
            yield branch, below == agent


def _states_of(layout: Layout, own: list[str]) -> list[int]:
    return [i for i, name in enumerate(layout.states) if name.rpartition(".")[0] in own]


def _network(scenario: Scenario, layout: Layout, agent: int) -> list[Reading]:
    name = layout.agents[agent]
    found = [
        voltage_field(scenario, "v_min_pu", "lowest voltage of the own buses", f"v_min.{name}"),
        voltage_field(scenario, "v_max_pu", "highest voltage of the own buses", f"v_max.{name}"),
        loading_field("loading_max", "worst loading of the branches that feed the own buses", f"loading_max.{name}"),
    ]
    for branch, feeds in couplings(scenario, layout, agent):
        at = "coupling" if feeds else branch.from_bus
        found.append(voltage_field(scenario, f"{at}.v_pu", f"voltage of bus {branch.from_bus}", f"v.{branch.from_bus}"))
        found.append(loading_field(f"{at}.loading", f"loading of branch {branch.name}", f"loading.{branch.name}"))
    return found


def _regulated(scenario: Scenario, own: list[str]) -> list[Reading]:
    feeder, found = scenario.feeder, []
    for regulator in scenario.regulators:
        if regulator.name in own:
            bus = feeder.branches[feeder.branch_index(regulator.branch)].to_bus
            meaning = f"voltage of bus {bus}, behind the regulator"
            found.append(voltage_field(scenario, f"{regulator.name}.v_pu", meaning, f"v.{bus}"))
    return found


def _whole(scenario: Scenario) -> list[Reading]:
    tie = scenario.tie
    drawn = (("p_mw", "MW", "power"), ("q_mvar", "Mvar", "reactive power"))
    root = [
        Reading(
            name=f"root.{power}", unit=unit, scale=tie.rating_mva, meaning=f"{what} drawn from the upstream grid",
            source=f"{power[0]}.{tie.name}",
        )
        for power, unit, what in drawn
    ]  # fmt: skip
    return [
        voltage_field(scenario, "network.v_min_pu", "lowest voltage of all buses", "v_min"),
        voltage_field(scenario, "network.v_max_pu", "highest voltage of all buses", "v_max"),
        *root,
    ]
