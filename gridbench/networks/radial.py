"""From branches and switches in any order to a feeder: fuse, merge, orient, and name what is no tree."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gridbench.errors import NetworkError
from gridbench.networks.feeder import Branch, Bus, Feeder, NominalLoad, Shunt, Switch, base_faults, element_faults

if TYPE_CHECKING:
    from collections.abc import Iterable

_OPEN = "; mend: open one of the branches between them"
_JOIN = "; mend: close a switch to it, or drop its buses"


@dataclass(frozen=True)
class RawGrid:
    """A network as found: branches in any order and orientation, in parallel, and switches; same units as Feeder."""

    name: str
    base_mva: float
    root: str
    root_voltage_pu: float
    buses: tuple[Bus, ...]
    branches: tuple[Branch, ...]
    shunts: tuple[Shunt, ...] = ()
    loads: tuple[NominalLoad, ...] = ()
    switches: tuple[Switch, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()

    def faults(self) -> list[str]:
        """All that is wrong apart from how the elements hang together."""
        known = {bus.name for bus in self.buses}
        faults = base_faults(self.base_mva, self.root_voltage_pu)
        faults += element_faults(self.buses, self.branches, self.shunts, self.loads)
        ends = {end: None for switch in self.switches for end in (switch.from_bus, switch.to_bus)}
        faults += [f"switch: bus {end!r} is unknown" for end in ends if end not in known]
        faults += [f"alias {alias!r}: bus {name!r} is unknown" for alias, name in self.aliases if name not in known]
        return faults if self.root in known else [*faults, f"root: bus {self.root!r} is unknown"]


def radial(raw: RawGrid) -> Feeder:
    """The feeder that a raw grid is, oriented from its root in breadth-first order.

    Open switches are dropped, buses joined by closed ones fused, parallel branches merged, branches turned to point away
    from the root. Raises NetworkError for bad elements, and for loops and islands, naming their buses.
    """
    _refuse(raw, raw.faults())
    fused = _fused(raw)
    branches = _merged(fused)
    order, faults = _oriented(fused, branches)
    _refuse(raw, faults)
    buses = {bus.name: bus for bus in fused.buses}
    return Feeder(
        name=raw.name,
        base_mva=raw.base_mva,
        root=fused.root,
        root_voltage_pu=raw.root_voltage_pu,
        buses=(buses[fused.root], *(buses[branch.to_bus] for branch in order)),
        branches=tuple(order),
        shunts=fused.shunts,
        loads=fused.loads,
        aliases=fused.aliases,
    )


def _refuse(raw: RawGrid, faults: Iterable[str]) -> None:
    if faults := tuple(faults):
        raise NetworkError(f"network {raw.name!r}", faults)


def _fused(raw: RawGrid) -> RawGrid:
    """The grid without switches: of the buses that closed ones join, the root or else the first stated stays."""
    rank = {bus.name: index for index, bus in enumerate(raw.buses)} | {raw.root: -1}
    stands_for = {bus.name: bus.name for bus in raw.buses}
    for switch in raw.switches:
        if switch.closed:
            ends = stands_for[switch.from_bus], stands_for[switch.to_bus]
            kept = min(ends, key=rank.__getitem__)
            stands_for = {name: kept if other in ends else other for name, other in stands_for.items()}
    base_kv = {bus.name: bus.base_kv for bus in raw.buses}
    gone = {name: kept for name, kept in stands_for.items() if name != kept}
    _refuse(raw, (f"a closed switch joins {a!r} at {base_kv[a]} kV and {b!r} at {base_kv[b]} kV"
                  for a, b in gone.items() if not math.isclose(base_kv[a], base_kv[b])))  # fmt: skip
    return replace(
        raw,
        root=stands_for[raw.root],
        buses=tuple(bus for bus in raw.buses if bus.name not in gone),
        branches=tuple(replace(one, from_bus=stands_for[one.from_bus], to_bus=stands_for[one.to_bus]) for one in raw.branches),
        shunts=tuple(replace(shunt, bus=stands_for[shunt.bus]) for shunt in raw.shunts),
        loads=tuple(replace(load, bus=stands_for[load.bus]) for load in raw.loads),
        switches=(),
        aliases=(*((alias, stands_for[name]) for alias, name in raw.aliases), *gone.items()),
    )


def _merged(raw: RawGrid) -> list[Branch]:
    """The branches with those that join the same two buses made one; the first states the orientation."""
    groups: dict[frozenset[str], list[Branch]] = {}
    for branch in raw.branches:
        group = groups.setdefault(frozenset((branch.from_bus, branch.to_bus)), [])
        group.append(branch if not group or branch.from_bus == group[0].from_bus else branch.reversed())
    _refuse(raw, (_unequal(group) for group in groups.values() if not _equal_ratios(group)))
    return [group[0] if len(group) == 1 or len(ends) == 1 else _parallel(group) for ends, group in groups.items()]


def _equal_ratios(group: list[Branch]) -> bool:
    return all(math.isclose(branch.ratio, group[0].ratio, rel_tol=1e-9) for branch in group)


def _unequal(group: list[Branch]) -> str:
    named = ", ".join(f"{branch.name!r} {branch.ratio:g}" for branch in group)
    return f"parallel branches of unequal ratio make a loop: {named}; open all but one of them"


def _parallel(group: list[Branch]) -> Branch:
    """One branch for several of equal ratio; its rating is the current at which the first of them reaches its own."""
    admittances = [1 / complex(branch.r_pu, branch.x_pu) for branch in group]
    total = sum(admittances)
    impedance = 1 / total
    rating_pu = min(branch.rating_pu * abs(total / one) for branch, one in zip(group, admittances, strict=True))
    b_pu = sum(branch.b_pu for branch in group)
    name = "+".join(branch.name for branch in group)
    return replace(group[0], name=name, r_pu=impedance.real, x_pu=impedance.imag, b_pu=b_pu, rating_pu=rating_pu)


def _oriented(raw: RawGrid, branches: list[Branch]) -> tuple[list[Branch], list[str]]:
    """The branches away from the root in breadth-first order, and the loops and islands met."""
    neighbours: dict[str, list[tuple[str, Branch]]] = {bus.name: [] for bus in raw.buses}
    for branch in branches:
        neighbours[branch.from_bus].append((branch.to_bus, branch))
        neighbours[branch.to_bus].append((branch.from_bus, branch))
    parents: dict[str, str | None] = {raw.root: None}
    order, faults, used = list[Branch](), dict[str, str](), set[str]()
    queue = deque([raw.root])
    while queue:
        here = queue.popleft()
        for there, branch in neighbours[here]:
            if branch.name in used:
                continue
            used.add(branch.name)
            if there in parents:
                loop = _listed(_loop(parents, here, there))
                faults[branch.name] = f"branch {branch.name!r} closes a loop of buses {loop}{_OPEN}"
                continue
            parents[there] = here
            queue.append(there)
            order.append(branch if branch.from_bus == here else branch.reversed())
    return order, [*faults.values(), *_islands(neighbours, set(parents))]


def _loop(parents: dict[str, str | None], here: str, there: str) -> list[str]:
    """The buses of the loop that a branch between two reached buses closes."""
    up = _path_up(parents, here)
    down = _path_up(parents, there)
    meeting = next(bus for bus in up if bus in down)
    return up[: up.index(meeting) + 1] + down[: down.index(meeting)][::-1]


def _path_up(parents: dict[str, str | None], start: str) -> list[str]:
    path, bus = list[str](), parents[start]
    path.append(start)
    while bus is not None:
        path.append(bus)
        bus = parents[bus]
    return path


def _islands(neighbours: dict[str, list[tuple[str, Branch]]], reached: set[str]) -> list[str]:
    """One fault for each part that no path joins to the root."""
    faults = []
    for start in neighbours:
        if start in reached:
            continue
        island, stack = [start], [start]
        reached.add(start)
        while stack:
            for there, _ in neighbours[stack.pop()]:
                if there not in reached:
                    reached.add(there)
                    island.append(there)
                    stack.append(there)
        faults.append(f"island without a path to the root: buses {_listed(island)}{_JOIN}")
    return faults


def _listed(names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:12])
    return shown if len(names) <= 12 else f"{shown} and {len(names) - 12} more"
