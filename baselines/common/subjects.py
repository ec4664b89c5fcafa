"""Subjects: the devices and buses that an agent's observation is about, as the nodes of a graph along the feeder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gridbench.errors import InvalidInput
from gridbench.policies.nets.passing import feeder_edges

if TYPE_CHECKING:
    from gridbench.envs.acting import Acting
    from gridbench.scenario.scenario import Scenario


@dataclass(frozen=True)
class Subjects:
    """The graph of an agent: its nodes, their fields (None where a node has none of a kind), who is joined, and other fields.

    A node is what stands before the last dot of a field's name (`MG1.diesel.p_mw`), its numbers are the words behind the dot in
    the order in which any node has them first. Fields are told apart by name: of two with the same name only one is read.
    """

    nodes: tuple[str, ...]
    fields: tuple[tuple[str | None, ...], ...]
    edges: tuple[tuple[int, int], ...]
    reads: tuple[str, ...]

    def page(self) -> dict[str, Any]:
        """Return what a policy page says of an agent's graph."""
        return {"fields": [list(node) for node in self.fields], "edges": [list(pair) for pair in self.edges], "names": None}

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many nodes, how many numbers of each, and how many of none."""
        return len(self.nodes), len(self.fields[0]), len(self.reads)


def subjects_of(scenario: Scenario, acting: Acting, agent: str) -> Subjects:
    """Return the graph of an agent. Raises InvalidInput where its observation names no device and no bus."""
    fields = acting.fields(agent)
    named = [(*field.name.rpartition(".")[::2], field.source) for field in fields if "." in field.name]
    nodes, words = (tuple(dict.fromkeys(one[i] for one in named)) for i in (0, 1))
    if not nodes:
        raise InvalidInput("actor=graph", [f"agent {agent} sees no device and no bus by name: give actor=dense"])
    known = {field.name for field in fields}
    rows = tuple(tuple(name if (name := f"{node}.{word}") in known else None for word in words) for node in nodes)
    buses = [_bus_of(scenario, node, [source for one, _, source in named if one == node]) for node in nodes]
    return Subjects(nodes, rows, _edges(scenario, buses), tuple(field.name for field in fields if "." not in field.name))


def _bus_of(scenario: Scenario, node: str, sources: list[str]) -> str:
    """Return the bus of a device, the one whose voltage is read, or the root: there stands what is of the whole network."""
    feeder = scenario.feeder
    for device in scenario.devices:
        if device.name == node:
            branch = getattr(device, "branch", None)
            bus = getattr(device, "bus", None) if branch is None else feeder.branches[feeder.branch_index(branch)].to_bus
            return feeder.buses[feeder.bus_index(bus)].name if bus else feeder.root
    read = {source.removeprefix("v.") for source in sources if source.startswith("v.")}
    return next((bus.name for bus in feeder.buses if bus.name in read), feeder.root)


def _edges(scenario: Scenario, buses: list[str]) -> tuple[tuple[int, int], ...]:
    """Join the first node of each bus with the first of the next bus on its way to the root, and with the others of its own."""
    heads: dict[str, int] = {}
    for node, bus in enumerate(buses):
        heads.setdefault(bus, node)
    along = [tuple(list(heads.values())[end] for end in pair) for pair in feeder_edges(scenario.feeder, list(heads))]
    beside = [(heads[bus], node) for node, bus in enumerate(buses) if heads[bus] != node]
    return tuple((a, b) for a, b in (*along, *beside))
