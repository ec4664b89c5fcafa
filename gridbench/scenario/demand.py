"""From the tables [[loads]] to load devices: the nominal loads of a feeder, each following a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.errors import UnknownName
from gridbench.networks import NominalLoad
from gridbench.physics.devices import Load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.scenario.feeders import Network
    from gridbench.scenario.reading import Item, Reading
    from gridbench.scenario.tables import LoadsTable


def expand(reading: Reading, items: Sequence[Item[LoadsTable]], network: Network) -> list[Load]:
    """Return the loads `load.<bus>` of all groups, in the order of the tables and of the buses; faults go to `reading`."""
    nominal = _by_bus(network)
    taken: dict[str, str] = {}
    devices: list[Load] = []
    complete = all(item.value is not None for item in items)
    for item in items:
        buses = _buses(reading, item, network)
        table = item.value
        if table is None:
            continue
        group = [bus for bus in buses if bus in nominal]
        twice = sorted({taken[bus] for bus in group if bus in taken})
        if twice:
            reading.add(item.path, f"holds loads that {' and '.join(twice)} holds too; mend: name the feeder of each")
        taken |= dict.fromkeys(group, item.path)
        shed = _sheddable(reading, item, table, network, group)
        devices += [_load(reading, item, table, nominal[bus], share) for bus, share in zip(group, shed, strict=True)]
    if complete:
        _uncovered(reading, network, [bus for bus in nominal if bus not in taken])
    return devices


def _by_bus(network: Network) -> dict[str, NominalLoad]:
    """The nominal loads, one a bus, in the order of the buses."""
    sums: dict[str, NominalLoad] = {}
    for load in sorted(network.feeder.loads, key=lambda one: network.feeder.bus_index(one.bus)):
        bus = network.bus(load.bus)
        before = sums.get(bus, NominalLoad(bus, 0.0, 0.0))
        sums[bus] = NominalLoad(bus, before.p_mw + load.p_mw, before.q_mvar + load.q_mvar)
    return sums


def _buses(reading: Reading, item: Item[LoadsTable], network: Network) -> tuple[str, ...]:
    """The buses of the group's feeder, or all."""
    name = item.text("feeder")
    if not name:
        return tuple(bus.name for bus in network.feeder.buses)
    if name not in network.parts and name not in network.absent:
        reading.add(f"{item.path}.feeder", str(UnknownName("feeder", name, network.parts)))
    return network.parts.get(name, ())


def _sheddable(
    reading: Reading, item: Item[LoadsTable], table: LoadsTable, network: Network, group: Sequence[str]
) -> list[float]:
    """The sheddable share of each bus of the group."""
    if table.sheddable_buses is None:
        return [table.sheddable_share] * len(group)
    named: set[str] = set()
    for index, bus in enumerate(table.sheddable_buses):
        path = f"{item.path}.sheddable_buses[{index}]"
        if fault := network.bus_fault(bus):
            reading.add(path, fault)
        elif network.unknowable(bus):
            continue
        elif network.bus(bus) in group:
            named.add(network.bus(bus))
        else:
            reading.add(path, f"{bus!r} has no load of this group; its loads stand at {', '.join(group)}")
    return [table.sheddable_share if bus in named else 0.0 for bus in group]


def _load(reading: Reading, item: Item[LoadsTable], table: LoadsTable, nominal: NominalLoad, share: float) -> Load:
    """One load device."""
    name = f"load.{nominal.bus}"
    load = Load(
        name=name,
        bus=nominal.bus,
        p_mw=nominal.p_mw,
        q_mvar=nominal.q_mvar,
        profile=table.profile,
        sheddable_share=share,
        lost_load_usd_per_mwh=table.lost_load_usd_per_mwh,
    )
    if nominal.p_mw < 0:
        reading.add(item.path, f"{name} generates {-nominal.p_mw:g} MW; mend: state it as a device of kind renewable")
    reading.add(item.path, *(f"{name}: {fault}" for fault in load.faults()))
    return load


def _uncovered(reading: Reading, network: Network, buses: Sequence[str]) -> None:
    """Refuse nominal loads that would silently vanish."""
    for part, own in network.parts.items():
        count = sum(bus in own for bus in buses)
        if count:
            reading.add(
                "loads", f"{count} nominal loads of feeder {part!r} follow no profile; mend: name one, or scale the loads to 0"
            )
