"""A feeder: a radial network stored as a tree that starts at its root."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import NetworkError, UnknownName
from gridbench.networks.elements import Branch, Bus, NominalLoad, Shunt, Switch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["Branch", "Bus", "Feeder", "NominalLoad", "Shunt", "Switch", "TreeArrays", "element_faults"]


@dataclass(frozen=True, slots=True, eq=False)
class TreeArrays:
    """A feeder as read-only arrays, per unit on its base_mva; nl branches, nb = nl + 1 buses.

    Branch k feeds bus k + 1. `parent` (the bus index of a branch's sending end), `r`, `x`, `b`, `ratio`, `rating`: (nl,).
    `shunt_g`, `shunt_b`, `load_p`, `load_q` (nominal consumption): (nb,), summed over what stands at the bus.
    """

    parent: NDArray[np.int64]
    r: NDArray[np.float64]
    x: NDArray[np.float64]
    b: NDArray[np.float64]
    ratio: NDArray[np.float64]
    rating: NDArray[np.float64]
    shunt_g: NDArray[np.float64]
    shunt_b: NDArray[np.float64]
    load_p: NDArray[np.float64]
    load_q: NDArray[np.float64]


@dataclass(frozen=True)
class Feeder:
    """A tree in breadth-first order: buses[0] is the root, branch k feeds buses[k + 1], parents come before children.

    Build one from branches in any order with `gridbench.networks.radial`. `aliases` maps the names of buses that a closed switch
    fused into another one to the name that is left. Raises NetworkError with all faults at once.
    """

    name: str
    base_mva: float
    root: str
    root_voltage_pu: float
    buses: tuple[Bus, ...]
    branches: tuple[Branch, ...]
    shunts: tuple[Shunt, ...] = ()
    loads: tuple[NominalLoad, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a feeder that is no ordered tree."""
        faults = base_faults(self.base_mva, self.root_voltage_pu)
        faults += element_faults(self.buses, self.branches, self.shunts, self.loads)
        faults += self._order_faults() + self._alias_faults()
        if faults:
            raise NetworkError(f"feeder {self.name!r}", faults)

    def _order_faults(self) -> list[str]:
        if not self.buses or self.buses[0].name != self.root:
            return [f"the first bus must be the root {self.root!r}"]
        if len(self.branches) != len(self.buses) - 1:
            return [f"{len(self.buses)} buses need {len(self.buses) - 1} branches to make a tree, not {len(self.branches)}"]
        faults, seen = [], {self.root}
        for bus, branch in zip(self.buses[1:], self.branches, strict=True):
            if branch.to_bus != bus.name:
                faults.append(f"branch {branch.name!r}: must feed the bus at its place, {bus.name!r}, not {branch.to_bus!r}")
            elif branch.from_bus not in seen:
                faults.append(f"branch {branch.name!r}: its sending bus {branch.from_bus!r} must come before {branch.to_bus!r}")
            seen.add(bus.name)
        return faults

    def _alias_faults(self) -> list[str]:
        own = {bus.name for bus in self.buses}
        lost = [f"alias {alias!r}: bus {name!r} is unknown" for alias, name in self.aliases if name not in own]
        return lost + [f"alias {alias!r}: is the name of a bus" for alias, _ in self.aliases if alias in own]

    @cached_property
    def _bus_indices(self) -> dict[str, int]:
        own = {bus.name: index for index, bus in enumerate(self.buses)}
        return own | {alias: own[name] for alias, name in self.aliases}

    @cached_property
    def _branch_indices(self) -> dict[str, int]:
        return {branch.name: index for index, branch in enumerate(self.branches)}

    def bus_index(self, name: str) -> int:
        """The place of a bus, or of the bus that a fused one became; raises UnknownName."""
        if name not in self._bus_indices:
            raise UnknownName(f"bus of {self.name}", name, self._bus_indices)
        return self._bus_indices[name]

    def branch_index(self, name: str) -> int:
        """The place of a branch; raises UnknownName."""
        if name not in self._branch_indices:
            raise UnknownName(f"branch of {self.name}", name, self._branch_indices)
        return self._branch_indices[name]

    @cached_property
    def arrays(self) -> TreeArrays:
        """The feeder as read-only NumPy arrays, computed once."""
        columns = {field: self._column(field + "_pu") for field in ("r", "x", "b", "rating")}
        parent = np.array([self.bus_index(branch.from_bus) for branch in self.branches], dtype=np.int64)
        arrays = TreeArrays(
            parent=parent,
            ratio=self._column("ratio"),
            shunt_g=self._sums((shunt.bus, shunt.g_pu) for shunt in self.shunts),
            shunt_b=self._sums((shunt.bus, shunt.b_pu) for shunt in self.shunts),
            load_p=self._sums((load.bus, load.p_mw / self.base_mva) for load in self.loads),
            load_q=self._sums((load.bus, load.q_mvar / self.base_mva) for load in self.loads),
            **columns,
        )
        for field in TreeArrays.__slots__:
            getattr(arrays, field).setflags(write=False)
        return arrays

    def _column(self, field: str) -> NDArray[np.float64]:
        return np.array([getattr(branch, field) for branch in self.branches], dtype=np.float64)

    def _sums(self, terms: Iterable[tuple[str, float]]) -> NDArray[np.float64]:
        total = np.zeros(len(self.buses))
        for bus, value in terms:
            total[self.bus_index(bus)] += value
        return total

    def scaled(self, load: float = 1.0, capacitor: float = 1.0) -> Feeder:
        """The feeder with its loads (constant power and constant impedance) and its capacitors multiplied."""
        return replace(
            self,
            loads=tuple(one.times(load) for one in self.loads),
            shunts=tuple(shunt.times(capacitor if shunt.is_capacitor else load) for shunt in self.shunts),
        )

    def rebased(self, base_mva: float) -> Feeder:
        """The same feeder per unit on another base power."""
        factor = base_mva / self.base_mva
        return replace(
            self,
            base_mva=base_mva,
            branches=tuple(branch.rebased(factor) for branch in self.branches),
            shunts=tuple(shunt.times(1 / factor) for shunt in self.shunts),
        )

    def below(self, bus: str, root_voltage_pu: float) -> Feeder:
        """The part fed by `bus`, which becomes the root at the voltage given; raises UnknownName."""
        root = self.buses[self.bus_index(bus)].name
        kept = {root}
        branches = []
        for branch in self.branches:
            if branch.from_bus in kept:
                kept.add(branch.to_bus)
                branches.append(branch)
        return replace(
            self,
            root=root,
            root_voltage_pu=root_voltage_pu,
            buses=tuple(one for one in self.buses if one.name in kept),
            branches=tuple(branches),
            shunts=tuple(shunt for shunt in self.shunts if shunt.bus in kept),
            loads=tuple(load for load in self.loads if load.bus in kept),
            aliases=tuple(pair for pair in self.aliases if pair[1] in kept),
        )


def base_faults(base_mva: float, root_voltage_pu: float) -> list[str]:
    """What is wrong with the numbers that belong to the whole network."""
    numbers = {"base_mva": base_mva, "root_voltage_pu": root_voltage_pu}
    return [f"{field} must be finite and > 0, is {value}" for field, value in numbers.items() if not 0 < value < math.inf]


def element_faults(
    buses: tuple[Bus, ...], branches: tuple[Branch, ...], shunts: tuple[Shunt, ...], loads: tuple[NominalLoad, ...]
) -> list[str]:
    """All that is wrong with elements apart from how they hang together: numbers, names used twice, buses unknown."""
    elements: tuple[Bus | Branch | Shunt | NominalLoad, ...] = (*buses, *branches, *shunts, *loads)
    faults = [fault for element in elements for fault in element.faults()]
    for what, names in ("bus", [bus.name for bus in buses]), ("branch", [branch.name for branch in branches]):
        faults += [f"{what} {name!r}: stated {count} times" for name, count in Counter(names).items() if count > 1]
    known = {bus.name for bus in buses}
    for branch in branches:
        ends = dict.fromkeys((branch.from_bus, branch.to_bus))
        faults += [f"branch {branch.name!r}: bus {end!r} is unknown" for end in ends if end not in known]
    faults += [f"shunt: bus {shunt.bus!r} is unknown" for shunt in shunts if shunt.bus not in known]
    faults += [f"load: bus {load.bus!r} is unknown" for load in loads if load.bus not in known]
    return faults
