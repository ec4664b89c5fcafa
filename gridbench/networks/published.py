"""Published three-phase test feeders: their figures as stated, one record a row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from gridbench.networks.tables import Row, about, rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line section: per-phase matrices (n, n) in the order of `phases`, of its whole length."""

    from_bus: str
    to_bus: str
    phases: str
    rated_a: float
    r_ohm: NDArray[np.float64]
    x_ohm: NDArray[np.float64]
    b_us: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Unit:
    """A transformer, or one unit of a regulator (with its tap in steps of 0.625 %), impedance in percent of rated_kva."""

    from_bus: str
    to_bus: str
    phases: str
    rated_kva: float
    r_percent: float
    x_percent: float
    tap: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """A load at nominal voltage; `model` is P, I or Z: constant power, current or impedance."""

    bus: str
    phases: str
    model: str
    p_kw: float
    q_kvar: float


@dataclass(frozen=True, slots=True)
class Capacitor:
    """A capacitor bank at nominal voltage."""

    bus: str
    phases: str
    q_kvar: float


@dataclass(frozen=True, slots=True)
class Tie:
    """A switch between two buses."""

    from_bus: str
    to_bus: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """What the published solution states of the whole feeder."""

    p_kw: float
    q_kvar: float
    losses_kw: float


@dataclass(frozen=True, slots=True, eq=False)
class PublishedFeeder:
    """A test feeder as published; `base_kv` and `phases` are by bus, `regulators` hold one unit a phase."""

    name: str
    source_bus: str
    source_voltage_pu: float
    totals: Totals
    base_kv: dict[str, float]
    phases: dict[str, str]
    lines: tuple[Line, ...]
    switches: tuple[Tie, ...]
    transformers: tuple[Unit, ...]
    regulators: tuple[Unit, ...]
    loads: tuple[Load, ...]
    capacitors: tuple[Capacitor, ...]


@cache
def published(name: str) -> PublishedFeeder:
    """The figures of ieee13, ieee34 or ieee123, as the IEEE PES Test Feeder Working Group publishes them (data/SOURCES.md)."""
    stated, buses = about(name), rows(name, "buses")
    return PublishedFeeder(
        name=name,
        source_bus=stated["source_bus"],
        source_voltage_pu=stated["source_voltage_pu"],
        totals=Totals(**stated["published"]),
        base_kv={row["name"]: float(row["base_kv"]) for row in buses},
        phases={row["name"]: row["phases"] for row in buses},
        lines=tuple(_line(row) for row in rows(name, "lines")),
        switches=tuple(Tie(row["from_bus"], row["to_bus"], row["closed"] == "1") for row in rows(name, "switches")),
        transformers=tuple(_unit(row) for row in rows(name, "transformers")),
        regulators=tuple(_unit(row) for row in rows(name, "regulators")),
        loads=tuple(_load(row) for row in rows(name, "loads")),
        capacitors=tuple(Capacitor(row["bus"], row["phases"], float(row["q_kvar"])) for row in rows(name, "capacitors")),
    )


def solution(name: str) -> dict[str, dict[str, tuple[float | None, float]]]:
    """Bus -> phase -> (published, OpenDSS) voltage in pu of a test feeder's unbalanced solution; None where none is published."""
    voltages: dict[str, dict[str, tuple[float | None, float]]] = {}
    for row in rows(name, "solution"):
        stated = float(row["published_vm_pu"]) if row["published_vm_pu"] else None
        voltages.setdefault(row["bus"], {})[row["phase"]] = stated, float(row["opendss_vm_pu"])
    return voltages


def _line(row: Row) -> Line:
    matrices = (_matrix(row[column], len(row["phases"])) for column in ("r_ohm", "x_ohm", "b_us"))
    return Line(row["from_bus"], row["to_bus"], row["phases"], float(row["rated_a"]), *matrices)


def _matrix(lower: str, size: int) -> NDArray[np.float64]:
    """A symmetric matrix from its lower triangle, row by row."""
    matrix = np.zeros((size, size))
    matrix[np.tril_indices(size)] = [float(entry) for entry in lower.split()]
    return matrix + np.tril(matrix, -1).T


def _unit(row: Row) -> Unit:
    rated_kva, r_percent, x_percent = (float(row[column]) for column in ("rated_kva", "r_percent", "x_percent"))
    return Unit(row["from_bus"], row["to_bus"], row["phases"], rated_kva, r_percent, x_percent, int(row.get("tap", 0)))


def _load(row: Row) -> Load:
    return Load(row["bus"], row["phases"], row["model"], float(row["p_kw"]), float(row["q_kvar"]))
