"""The 33-bus distribution system of Baran and Wu with all of its switches, and its variant of the placement papers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gridbench.bench.paper.tables import about, rows
from gridbench.networks.elements import Branch, Bus, NominalLoad
from gridbench.networks.radial import RawGrid, radial

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridbench.networks.feeder import Feeder

NAME = "baran_wu"
ROOT = "1"
BASE_MVA = 1.0
NO_RATING_PU = 1e3
"""The paper states no ratings; a branch must have one."""


@dataclass(frozen=True)
class SwitchedGrid:
    """A grid with every branch closed; `normally_open` names those that its base configuration opens."""

    raw: RawGrid
    normally_open: tuple[str, ...]

    def feeder(self, opened: Iterable[str]) -> Feeder:
        """Return the feeder with the named branches open; raises NetworkError where that is no tree."""
        out = set(opened)
        return radial(replace(self.raw, branches=tuple(one for one in self.raw.branches if one.name not in out)))

    def base(self) -> Feeder:
        """Return the feeder in its base configuration."""
        return self.feeder(self.normally_open)


def baran_wu() -> SwitchedGrid:
    """Return the grid of Baran and Wu 1989; branches and buses are named by their numbers there."""
    return _grid({})


def placement_variant() -> SwitchedGrid:
    """Return the grid with the branch between buses 7 and 8 as the placement papers have it."""
    stated = about(NAME)["placement"]
    return _grid({str(stated["branch"]): (float(stated["r_ohm"]), float(stated["x_ohm"]))})


def _grid(instead: dict[str, tuple[float, float]]) -> SwitchedGrid:
    stated, loads, lines = about(NAME), rows(f"{NAME}_loads"), rows(f"{NAME}_branches")
    base_ohm = stated["base_kv"] ** 2 / BASE_MVA
    branches, normally_open = [], []
    for number, sending, receiving, r_ohm, x_ohm, is_open in zip(*lines.values(), strict=True):
        name = f"{number:g}"
        r, x = instead.get(name, (r_ohm, x_ohm))
        ends = f"{sending:g}", f"{receiving:g}"
        branches.append(Branch(name, *ends, float(r / base_ohm), float(x / base_ohm), 0.0, 1.0, NO_RATING_PU))
        normally_open += [name] if is_open else []
    drawn = [NominalLoad(f"{bus:g}", float(p / 1e3), float(q / 1e3)) for bus, p, q in zip(*loads.values(), strict=True)]
    buses = tuple(Bus(name, float(stated["base_kv"])) for name in (ROOT, *(load.bus for load in drawn)))
    raw = RawGrid(NAME, BASE_MVA, ROOT, float(stated["root_voltage_pu"]), buses, tuple(branches), loads=tuple(drawn))
    return SwitchedGrid(raw, tuple(normally_open))
