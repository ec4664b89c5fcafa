"""The sizes of the built-in networks, their nominal demand, and what they lose under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.bench.paper.losses import flow
from gridbench.networks import NETWORKS, network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.networks.feeder import Feeder

HEAD = "network", "buses", "branches", "levels, kV", "demand, kW", "kvar", "losses, kW", "lowest voltage, pu"


@dataclass(frozen=True, slots=True)
class NetworkSize:
    """One network at its nominal demand, capacitors on; `levels_kv` from the root down."""

    name: str
    buses: int
    branches: int
    levels_kv: tuple[float, ...]
    demand_kw: float
    demand_kvar: float
    losses_kw: float
    v_min_pu: float

    def cells(self) -> tuple[str, ...]:
        """Return the numbers as text, in the order of HEAD."""
        levels = " / ".join(f"{kv:g}" for kv in self.levels_kv)
        numbers = f"{self.demand_kw:.1f}", f"{self.demand_kvar:.1f}", f"{self.losses_kw:.2f}", f"{self.v_min_pu:.4f}"
        return (self.name, str(self.buses), str(self.branches), levels, *numbers)


def size(name: str, feeder: Feeder) -> NetworkSize:
    """Return the size of a feeder. Raises SolverError where its nominal demand cannot be served."""
    found = flow(feeder)
    loads = [shunt for shunt in feeder.shunts if not shunt.is_capacitor]
    return NetworkSize(
        name=name,
        buses=len(feeder.buses),
        branches=len(feeder.branches),
        levels_kv=tuple(sorted({bus.base_kv for bus in feeder.buses}, reverse=True)),
        demand_kw=1e3 * (sum(load.p_mw for load in feeder.loads) + sum(one.g_pu for one in loads) * feeder.base_mva),
        demand_kvar=1e3 * (sum(load.q_mvar for load in feeder.loads) - sum(one.b_pu for one in loads) * feeder.base_mva),
        losses_kw=found.losses_kw,
        v_min_pu=found.v_min_pu,
    )


def sizes() -> list[NetworkSize]:
    """Return the size of every built-in network."""
    return [size(name, network(name)) for name in NETWORKS]


def table(found: Sequence[NetworkSize]) -> str:
    """Return the sizes in columns."""
    rows = [HEAD, *(one.cells() for one in found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    text = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(text)


def markdown(found: Sequence[NetworkSize]) -> str:
    """Return the sizes as a table of a page."""
    rows = ["| " + " | ".join(HEAD) + " |", "|---|" + "--:|" * (len(HEAD) - 1)]
    return "\n".join([*rows, *("| " + " | ".join(one.cells()) + " |" for one in found)])
