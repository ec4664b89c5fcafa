"""Networks whose figures are published for one line: positive-sequence impedances and loads of all three phases together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from gridbench.networks.elements import Branch, Bus, NominalLoad, Shunt, Switch
from gridbench.networks.equivalent import floored
from gridbench.networks.radial import RawGrid
from gridbench.networks.tables import Row, about, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Section:
    """A line of its whole length; `open_at` names the end at which it is open, nothing where it is closed."""

    name: str
    from_bus: str
    to_bus: str
    rated_a: float
    r_ohm: float
    x_ohm: float
    b_us: float
    open_at: str


@dataclass(frozen=True, slots=True)
class Winding:
    """A transformer, impedance and charging in percent of rated_kva; `ratio` is 1 where nominal, and above 1 lifts `to_bus`."""

    name: str
    from_bus: str
    to_bus: str
    rated_kva: float
    r_percent: float
    x_percent: float
    b_percent: float
    ratio: float


@dataclass(frozen=True, slots=True, eq=False)
class SingleLine:
    """A network as published; `base_kv` is by bus, `loads` in kW and kvar, `shunts` in what they draw of both at 1 pu."""

    name: str
    source_bus: str
    source_voltage_pu: float
    base_kv: dict[str, float]
    lines: tuple[Section, ...]
    switches: tuple[Switch, ...]
    transformers: tuple[Winding, ...]
    loads: tuple[tuple[str, float, float], ...]
    shunts: tuple[tuple[str, float, float], ...]

    def raw(self, *, base_mva: float = 1.0, floor: bool = True) -> RawGrid:
        """The network per unit, without the lines that are open.

        An open line leaves its charging at its closed end: what its series impedance changes of that is below 1e-6 of it.
        Impedances below the floor of `networks.equivalent` are raised to it, unless `floor` is False.
        """
        left = {line: line.to_bus if line.open_at == line.from_bus else line.from_bus for line in self.lines if line.open_at}
        charging = ((bus, line.b_us * 1e-6 * self.base_kv[bus] ** 2 / base_mva) for line, bus in left.items())
        closed = (line for line in self.lines if not line.open_at)
        return RawGrid(
            name=self.name,
            base_mva=base_mva,
            root=self.source_bus,
            root_voltage_pu=self.source_voltage_pu,
            buses=tuple(Bus(name, base_kv) for name, base_kv in self.base_kv.items()),
            branches=(
                *(self._line(line, base_mva, floor=floor) for line in closed),
                *(self._winding(unit, base_mva, floor=floor) for unit in self.transformers),
            ),
            shunts=(
                *(Shunt(bus, 0.0, b_pu) for bus, b_pu in charging if b_pu),
                *(Shunt(bus, p_kw / 1000 / base_mva, -q_kvar / 1000 / base_mva) for bus, p_kw, q_kvar in self.shunts),
            ),
            loads=tuple(NominalLoad(bus, p_kw / 1000, q_kvar / 1000) for bus, p_kw, q_kvar in self.loads),
            switches=self.switches,
        )

    def _line(self, line: Section, base_mva: float, *, floor: bool) -> Branch:
        base_kv = self.base_kv[line.from_bus]
        base_ohm = base_kv**2 / base_mva
        r_pu, x_pu = line.r_ohm / base_ohm, line.x_ohm / base_ohm
        if floor:
            r_pu, x_pu = floored(r_pu, x_pu, base_mva)
        rating_pu = line.rated_a * math.sqrt(3) * base_kv / 1000 / base_mva
        return Branch(line.name, line.from_bus, line.to_bus, r_pu, x_pu, line.b_us * 1e-6 * base_ohm, 1.0, rating_pu)

    @staticmethod
    def _winding(unit: Winding, base_mva: float, *, floor: bool) -> Branch:
        scale = base_mva / (unit.rated_kva / 1000) / 100
        r_pu, x_pu = unit.r_percent * scale, unit.x_percent * scale
        if floor:
            r_pu, x_pu = floored(r_pu, x_pu, base_mva)
        b_pu, rating_pu = unit.b_percent / 100 / (scale * 100), unit.rated_kva / 1000 / base_mva
        return Branch(unit.name, unit.from_bus, unit.to_bus, r_pu, x_pu, b_pu, unit.ratio, rating_pu)


@cache
def single_line(name: str) -> SingleLine:
    """The figures of cigre_lv, cigre_mv, case33bw or european_lv (data/SOURCES.md)."""
    return stated(name, about(name), lambda table: rows(name, table))


def stated(name: str, facts: Mapping[str, Any], table: Callable[[str], list[Row]]) -> SingleLine:
    """The network that feeder.toml and tables state; columns that may be left out are empty there, or not there."""
    return SingleLine(
        name=name,
        source_bus=facts["source_bus"],
        source_voltage_pu=facts["source_voltage_pu"],
        base_kv={row["name"]: float(row["base_kv"]) for row in table("buses")},
        lines=tuple(_section(row) for row in table("lines")),
        switches=tuple(Switch(row["from_bus"], row["to_bus"], row["closed"] == "1") for row in table("switches")),
        transformers=tuple(_unit(row) for row in table("transformers")),
        loads=tuple((row["bus"], float(row["p_kw"]), float(row["q_kvar"])) for row in table("loads")),
        shunts=tuple((row["bus"], float(row["p_kw"]), float(row["q_kvar"])) for row in table("shunts")),
    )


def branch_name(row: Row) -> str:
    """The name of the branch of a row: as stated, or else its ends."""
    return row.get("name") or f"{row['from_bus']}-{row['to_bus']}"


def _section(row: Row) -> Section:
    rated_a, r_ohm, x_ohm, b_us = (float(row.get(column) or 0.0) for column in ("rated_a", "r_ohm", "x_ohm", "b_us"))
    return Section(branch_name(row), row["from_bus"], row["to_bus"], rated_a, r_ohm, x_ohm, b_us, row.get("open_at", ""))


def _unit(row: Row) -> Winding:
    rated_kva, r, x, b = (float(row.get(column) or 0.0) for column in ("rated_kva", "r_percent", "x_percent", "b_percent"))
    return Winding(branch_name(row), row["from_bus"], row["to_bus"], rated_kva, r, x, b, float(row.get("ratio") or 1.0))
