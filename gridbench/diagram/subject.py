"""What a picture of a network shows: its tree, what stands at its buses and in its branches, and who owns the buses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench import drawing
from gridbench.networks import network
from gridbench.networks.catalog import place_m
from gridbench.networks.tables import rows
from gridbench.physics.devices import GridTie, Load, Regulator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.networks.feeder import Branch, Feeder
    from gridbench.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """`devices` by bus, by kind; `regulated` branches and `loaded` buses by index; `owner` by bus, nothing in a bare network.

    `place` by bus, as it is published; empty where the tree is laid out.
    """

    title: str
    feeder: Feeder
    devices: Mapping[int, tuple[str, ...]]
    regulated: frozenset[int]
    loaded: frozenset[int]
    owner: tuple[str, ...]
    place: tuple[tuple[float, float], ...]

    @property
    def levels_kv(self) -> tuple[float, ...]:
        """The base voltages, highest first."""
        return tuple(sorted({bus.base_kv for bus in self.feeder.buses}, reverse=True))

    def transforms(self, branch: Branch) -> bool:
        """Whether a branch joins two voltage levels."""
        ends = (self.feeder.buses[self.feeder.bus_index(end)].base_kv for end in (branch.from_bus, branch.to_bus))
        return len(set(ends)) == 2


def of_network(name: str) -> Subject:
    """Return what a built-in network holds. Raises UnknownName."""
    feeder = network(name)
    tree, places = feeder.arrays, place_m(name)
    levels = [bus.base_kv for bus in feeder.buses]
    banks = {feeder.bus_index(row["bus"]) for row in rows(name, "capacitors")}
    loads = {feeder.bus_index(load.bus) for load in feeder.loads}
    loads |= {feeder.bus_index(shunt.bus) for shunt in feeder.shunts if not shunt.is_capacitor}
    shifted = {k for k, above in enumerate(tree.parent) if tree.ratio[k] != 1 and levels[above] == levels[k + 1]}
    return Subject(
        title=f"{name}: {len(feeder.buses)} buses",
        feeder=feeder,
        devices={0: ("grid_tie",)} | dict.fromkeys(sorted(banks), ("capacitor_bank",)),
        regulated=frozenset(shifted),
        loaded=frozenset(loads),
        owner=(),
        place=tuple(places[bus.name] for bus in feeder.buses) if places else (),
    )


def of_scenario(scenario: Scenario) -> Subject:
    """Return what a scenario holds."""
    feeder = scenario.feeder
    devices: dict[int, tuple[str, ...]] = {}
    for device in scenario.devices:
        if not isinstance(device, Load | Regulator):
            bus = 0 if isinstance(device, GridTie) else feeder.bus_index(device.bus)  # type: ignore[attr-defined]
            devices[bus] = (*devices.get(bus, ()), drawing.shown_kind(device))
    agent = {bus: group.name for group in scenario.agents for bus in group.buses}
    return Subject(
        title=f"{scenario.id}: {scenario.title}, {len(feeder.buses)} buses",
        feeder=feeder,
        devices=devices,
        regulated=frozenset(feeder.branch_index(device.branch) for device in scenario.regulators),
        loaded=frozenset(feeder.bus_index(device.bus) for device in scenario.devices if isinstance(device, Load)),
        owner=tuple(agent.get(bus.name, "no agent") for bus in feeder.buses) if len(scenario.agents) > 1 else (),
        place=(),
    )
