"""Whether devices stand where they may: at buses, the tie at the root, only regulators in branches, and in plain ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from gridbench.physics.devices import GridTie, Regulator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.physics.terms import Device
    from gridbench.scenario.feeders import Network
    from gridbench.scenario.reading import Item, Reading


def placed(reading: Reading, items: Sequence[Item[Device]], network: Network) -> list[Device]:
    """Return the devices that could be read, their buses under the feeder's own names; faults go to `reading`."""
    check_ties(reading, items, network)
    _check_regulators(reading, items, network)
    devices: list[Device] = []
    for item in items:
        bus, branch = item.text("bus"), item.text("branch")
        fault = network.bus_fault(bus) if bus else None
        if fault:
            reading.add(f"{item.path}.bus", fault)
        if branch and (wrong := network.branch_fault(branch)):
            reading.add(f"{item.path}.branch", wrong)
        if item.value is not None:
            reading.add(item.path, *_homeless(item.value, bus, branch))
            devices.append(item.value if fault or not bus else _moved(item.value, network, bus))
    return devices


def _homeless(device: Device, bus: str, branch: str) -> list[str]:
    """What is wrong with the kind of place that a device names."""
    if isinstance(device, Regulator):
        return [] if branch else ["stands nowhere; mend: state its branch"]
    if branch:
        return ["stands in a branch, where only a regulator may; mend: drop the field branch, and state a bus"]
    return [] if bus else ["stands nowhere; mend: state its bus, in a field of that name"]


def _is(item: Item[Device], kind: str, cls: type[Device]) -> bool:
    """Whether a device is of a kind, or would be without its faults."""
    return isinstance(item.value, cls) or item.text("kind") == kind


def _moved(device: Device, network: Network, bus: str) -> Device:
    """The device at the bus that a fused one became."""
    if network.unknowable(bus) or network.bus(bus) == bus:
        return device
    moved: Device = replace(cast("Any", device), bus=network.bus(bus))
    return moved


def check_ties(reading: Reading, items: Sequence[Item[Device]], network: Network | None) -> None:
    """Demand exactly one tie, at the root where the network is known."""
    ties = [item for item in items if _is(item, "grid_tie", GridTie)]
    where = "" if network is None else f", bus {network.feeder.root!r}"
    if not ties:
        reading.add("device", f"no device of kind grid_tie; mend: add one at the root{where}")
    for item in ties[1:]:
        reading.add(item.path, f"a second grid_tie, after {ties[0].path}; mend: keep one")
    if network is None:
        return
    root = network.feeder.root
    for item in ties:
        bus = item.text("bus")
        if bus and network.bus_fault(bus) is None and not network.unknowable(bus) and network.bus(bus) != root:
            reading.add(f"{item.path}.bus", f"a grid_tie stands at the root; mend: put it at {root!r}")


def _check_regulators(reading: Reading, items: Sequence[Item[Device]], network: Network) -> None:
    """Demand regulators on branches of ratio 1, one a branch."""
    taken: dict[str, str] = {}
    for item in items:
        name = item.text("branch")
        if not _is(item, "regulator", Regulator) or not name:
            continue
        if name in taken:
            reading.add(f"{item.path}.branch", f"{taken[name]} regulates it already; mend: keep one")
        taken.setdefault(name, item.path)
        if network.branch_fault(name) is None and not network.unknowable(name):
            ratio = network.feeder.branches[network.feeder.branch_index(name)].ratio
            if ratio != 1.0:
                reading.add(
                    f"{item.path}.branch",
                    f"has a fixed ratio of {ratio:g} already; mend: neutral_regulators = true for its feeder, "
                    "or ratio 1 in the transformers.csv of your own",
                )
