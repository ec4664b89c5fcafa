"""The balanced single-phase equivalent of a three-phase test feeder, derived from its published figures.

Rules, with zs and zm the means of the diagonal and off-diagonal entries of a matrix:

- series: z = zs - zm of three phases, 1.5 (zs - zm / 2) of two, 3 zs of one. A lateral's load is spread over three phases, so
  its impedance grows by as much as keeps its voltage drop and loss right. Susceptance the other way round, ratings by phases / 3.
- the units of a regulator are ganged at the mean of their published taps; capacitors are on.
- loads are summed over phases. A constant-impedance load is a shunt; a constant-current load is half constant power and half
  shunt, which has its value and its slope at 1 pu (its error is (v - 1)^2 / 2 of it: 0.3 % at 0.92 pu).
- impedances below Z_FLOOR_PU are raised to it along the reactance: cone solvers lose digits on smaller ones.
"""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from gridbench.networks.feeder import Branch, Bus, Feeder, NominalLoad, Shunt, Switch
from gridbench.networks.radial import RawGrid, radial

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.networks.published import Line, PublishedFeeder, Unit

LoadModel: TypeAlias = Literal["zip", "constant_power"]

TAP_STEP = 0.00625
Z_FLOOR_PU = 1e-4
"""Least magnitude of a series impedance, per unit on 1 MVA."""

SHUNT_SHARE = {"P": 0.0, "I": 0.5, "Z": 1.0}
"""How much of a load of each model is a shunt in the balanced equivalent."""


def balanced(
    data: PublishedFeeder, *, base_mva: float = 1.0, neutral_regulators: bool = False, load_model: LoadModel = "zip"
) -> Feeder:
    """The balanced equivalent of a published feeder, rooted at its source.

    `neutral_regulators` puts every regulator at ratio 1. `load_model` "zip" keeps the published models of the loads as constant
    power and shunts; "constant_power" puts all of them in `Feeder.loads`.
    """
    units = [_ganged(list(group), base_mva, neutral=True) for _, group in groupby(data.transformers, _ends)]
    by_ends = sorted(data.regulators, key=_ends)
    units += [_ganged(list(group), base_mva, neutral=neutral_regulators) for _, group in groupby(by_ends, _ends)]
    loads, shunts = _consumption(data, base_mva, load_model)
    return radial(
        RawGrid(
            name=data.name,
            base_mva=base_mva,
            root=data.source_bus,
            root_voltage_pu=data.source_voltage_pu,
            buses=tuple(Bus(name, base_kv) for name, base_kv in data.base_kv.items()),
            branches=(*(_line(data, line, base_mva) for line in data.lines), *units),
            shunts=shunts,
            loads=loads,
            switches=tuple(Switch(tie.from_bus, tie.to_bus, closed=tie.closed) for tie in data.switches),
        )
    )


def single_phase(matrix: NDArray[np.float64]) -> float:
    """The series entry of the balanced equivalent of a (n, n) phase matrix, n = 1, 2 or 3."""
    size = len(matrix)
    own = float(np.trace(matrix)) / size
    mutual = float(matrix.sum() - np.trace(matrix)) / max(size * (size - 1), 1)
    return {1: 3 * own, 2: 1.5 * (own - mutual / 2), 3: own - mutual}[size]


def _line(data: PublishedFeeder, line: Line, base_mva: float) -> Branch:
    base_kv = data.base_kv[line.from_bus]
    base_ohm = base_kv**2 / base_mva
    # what a lateral's n phases carry spreads over three: impedances grow by 3 / n (in single_phase), admittances shrink by it
    spread = 3 / len(line.phases)
    b_us = single_phase(line.b_us) / spread**2
    r_pu, x_pu = floored(single_phase(line.r_ohm) / base_ohm, single_phase(line.x_ohm) / base_ohm, base_mva)
    return Branch(
        name=f"{line.from_bus}-{line.to_bus}",
        from_bus=line.from_bus,
        to_bus=line.to_bus,
        r_pu=r_pu,
        x_pu=x_pu,
        b_pu=b_us * 1e-6 * base_ohm,
        ratio=1.0,
        rating_pu=line.rated_a * math.sqrt(3) * base_kv / 1000 / base_mva / spread,
    )


def _ends(unit: Unit) -> tuple[str, str]:
    return unit.from_bus, unit.to_bus


def _ganged(units: list[Unit], base_mva: float, *, neutral: bool) -> Branch:
    """One branch for the units between two buses: percent of their common rating, at the mean of their taps."""
    from_bus, to_bus = _ends(units[0])
    rated_mva = sum(unit.rated_kva for unit in units) / 1000
    scale = base_mva / rated_mva / 100
    r_pu = scale * sum(unit.r_percent for unit in units) / len(units)
    x_pu = scale * sum(unit.x_percent for unit in units) / len(units)
    r_pu, x_pu = floored(r_pu, x_pu, base_mva)
    tap = 0.0 if neutral else sum(unit.tap for unit in units) / len(units)
    return Branch(f"{from_bus}-{to_bus}", from_bus, to_bus, r_pu, x_pu, 0.0, 1 + TAP_STEP * tap, rated_mva / base_mva)


def floored(r_pu: float, x_pu: float, base_mva: float) -> tuple[float, float]:
    """The impedance with its magnitude raised to the floor by more reactance, so that losses stay as they are."""
    floor = Z_FLOOR_PU * base_mva
    return r_pu, x_pu if math.hypot(r_pu, x_pu) >= floor else math.sqrt(floor**2 - r_pu**2)


def _consumption(
    data: PublishedFeeder, base_mva: float, load_model: LoadModel
) -> tuple[tuple[NominalLoad, ...], tuple[Shunt, ...]]:
    """The loads by bus, their constant-impedance shares as shunts, and the capacitors."""
    constant: dict[str, complex] = {}
    impedance: dict[str, complex] = {}
    for load in data.loads:
        power_mva = complex(load.p_kw, load.q_kvar) / 1000
        share = SHUNT_SHARE[load.model] if load_model == "zip" else 0.0
        for table, part in (constant, 1 - share), (impedance, share):
            if part:
                table[load.bus] = table.get(load.bus, 0) + part * power_mva
    loads = tuple(NominalLoad(bus, power.real, power.imag) for bus, power in constant.items())
    shunts = tuple(Shunt(bus, power.real / base_mva, -power.imag / base_mva) for bus, power in impedance.items())
    banks = tuple(Shunt(bank.bus, 0.0, bank.q_kvar / 1000 / base_mva) for bank in data.capacitors)
    return loads, (*shunts, *banks)
