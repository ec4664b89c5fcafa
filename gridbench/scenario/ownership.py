"""Who owns what: each controllable device and the tie have one agent, no bus has two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.errors import UnknownName
from gridbench.physics.devices import GridTie
from gridbench.scenario.scenario import AgentGroup

LOAD = "load."
"""Begins the names of nominal loads."""

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gridbench.physics.terms import Device
    from gridbench.scenario.feeders import Network
    from gridbench.scenario.reading import Item, Reading
    from gridbench.scenario.tables import AgentTable


def groups(
    reading: Reading, items: Sequence[Item[AgentTable]], network: Network | None, devices: Sequence[Device], unread: Iterable[str]
) -> tuple[AgentGroup, ...]:
    """Return the agents; `unread` names devices with faults of their own. Faults go to `reading`.

    Where the network could not be built, feeders, buses and nominal loads are taken as they are named.
    """
    names = {device.name for device in devices} | set(unread)
    found = [_group(reading, item, item.value, network, names) for item in items if item.value is not None]
    for what, owned in (("device", [g.devices for g in found]), ("bus", [g.buses for g in found])):
        _refuse_shared(reading, what, [g.name for g in found], owned)
    if items and len(found) == len(items):
        owned_names = {name for group in found for name in group.devices}
        for device in devices:
            if (device.asks() or isinstance(device, GridTie)) and device.name not in owned_names:
                reading.add("agent", f"device {device.name!r} is owned by none; mend: add it to the devices of one agent")
    return tuple(found)


def _group(reading: Reading, item: Item[AgentTable], table: AgentTable, network: Network | None, names: set[str]) -> AgentGroup:
    """One agent, without what it names in vain."""
    for index, name in enumerate(table.devices):
        bus = name.removeprefix(LOAD)
        unknowable = name.startswith(LOAD) if network is None else network.unknowable(bus)
        if name not in names and not unknowable:
            reading.add(f"{item.path}.devices[{index}]", str(UnknownName("device", name, names)))
    if network is None:
        return AgentGroup(table.name, table.devices, ())
    buses: list[str] = []
    for index, name in enumerate(table.feeders):
        if name not in network.parts and name not in network.absent:
            reading.add(f"{item.path}.feeders[{index}]", str(UnknownName("feeder", name, network.parts)))
        buses += network.parts.get(name, ())
    for index, name in enumerate(table.buses):
        if fault := network.bus_fault(name):
            reading.add(f"{item.path}.buses[{index}]", fault)
        elif not network.unknowable(name):
            buses.append(network.bus(name))
    return AgentGroup(table.name, table.devices, tuple(buses))


def _refuse_shared(reading: Reading, what: str, agents: Sequence[str], owned: Sequence[tuple[str, ...]]) -> None:
    """Refuse whatever two agents own, or one owns twice."""
    owners: dict[str, list[str]] = {}
    for agent, names in zip(agents, owned, strict=True):
        for name in names:
            owners.setdefault(name, []).append(agent)
    shared: dict[str, list[str]] = {}
    for name, those in owners.items():
        if len(those) > 1:
            shared.setdefault(" and ".join(those), []).append(name)
    for pair, those_shared in shared.items():
        reading.add("agent", f"{pair} own the same {what}: {', '.join(those_shared)}; mend: leave each to one")
