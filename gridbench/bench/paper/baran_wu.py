"""The 33-bus distribution system of Baran and Wu with all of its switches, and its variant of the placement papers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gridbench.bench.paper.tables import about
from gridbench.networks.elements import Branch
from gridbench.networks.radial import RawGrid, radial
from gridbench.networks.single_line import single_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridbench.networks.feeder import Feeder

NAME, NETWORK = "baran_wu", "case33bw"
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
    data = single_line(NETWORK)
    branches, normally_open = [], []
    for number, line in enumerate(data.lines, start=1):
        name, base_ohm = str(number), data.base_kv[line.from_bus] ** 2 / BASE_MVA
        r_ohm, x_ohm = instead.get(name, (line.r_ohm, line.x_ohm))
        branches.append(Branch(name, line.from_bus, line.to_bus, r_ohm / base_ohm, x_ohm / base_ohm, 0.0, 1.0, NO_RATING_PU))
        normally_open += [name] if line.open_at else []
    raw = replace(data.raw(base_mva=BASE_MVA), name=NAME, branches=tuple(branches))
    return SwitchedGrid(raw, tuple(normally_open))
