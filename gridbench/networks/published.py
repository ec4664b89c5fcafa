"""Published three-phase test feeders: their figures as stated, one record a row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from gridbench.networks.tables import Row, about, rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

Connection: TypeAlias = Literal["wye", "delta"]


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
    """A transformer, or one unit of a regulator (with its tap in steps of 0.625 %), impedance in percent of rated_kva.

    Windings are wye with a grounded neutral, or delta.
    """

    from_bus: str
    to_bus: str
    phases: str
    rated_kva: float
    r_percent: float
    x_percent: float
    tap: int = 0
    connection_from: Connection = "wye"
    connection_to: Connection = "wye"


@dataclass(frozen=True, slots=True)
class Load:
    """A load at nominal voltage; `model` is P, I or Z: constant power, current or impedance.

    `stated_kv` is the nominal voltage that the simulator files state (line to line of three phases and of a delta), rounded.
    """

    bus: str
    phases: str
    connection: Connection
    model: str
    p_kw: float
    q_kvar: float
    stated_kv: float


@dataclass(frozen=True, slots=True)
class Capacitor:
    """A capacitor bank in wye at nominal voltage; `stated_kv` as of a load."""

    bus: str
    phases: str
    q_kvar: float
    stated_kv: float


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


@dataclass(frozen=True, slots=True)
class Simulated:
    """What the simulator files of the solution add: a source behind r + jx a phase, and the band of the loads.

    A load whose voltage is outside the band (pu of its stated_kv) is a constant impedance there.
    """

    source_voltage_pu: float
    source_r_ohm: float
    source_x_ohm: float
    load_band_pu: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class PublishedFeeder:
    """A test feeder as published; `base_kv` and `phases` are by bus, `regulators` hold one unit a phase."""

    name: str
    source_bus: str
    source_voltage_pu: float
    totals: Totals
    simulated: Simulated
    base_kv: dict[str, float]
    phases: dict[str, str]
    lines: tuple[Line, ...]
    switches: tuple[Tie, ...]
    transformers: tuple[Unit, ...]
    regulators: tuple[Unit, ...]
    loads: tuple[Load, ...]
    capacitors: tuple[Capacitor, ...]


UNBALANCED = ("ieee13", "ieee34", "ieee123")
"""The networks whose phases are published."""


@cache
def published(name: str) -> PublishedFeeder:
    """The figures of ieee13, ieee34 or ieee123, as the IEEE PES Test Feeder Working Group publishes them (data/SOURCES.md)."""
    stated, buses = about(name), rows(name, "buses")
    simulated = stated["simulated"]
    return PublishedFeeder(
        name=name,
        source_bus=stated["source_bus"],
        source_voltage_pu=stated["source_voltage_pu"],
        totals=Totals(**stated["published"]),
        simulated=Simulated(**{**simulated, "load_band_pu": tuple(simulated["load_band_pu"])}),
        base_kv={row["name"]: float(row["base_kv"]) for row in buses},
        phases={row["name"]: row["phases"] for row in buses},
        lines=tuple(_line(row) for row in rows(name, "lines")),
        switches=tuple(Tie(row["from_bus"], row["to_bus"], row["closed"] == "1") for row in rows(name, "switches")),
        transformers=tuple(_unit(row) for row in rows(name, "transformers")),
        regulators=tuple(_unit(row) for row in rows(name, "regulators")),
        loads=tuple(_load(row) for row in rows(name, "loads")),
        capacitors=tuple(_capacitor(row) for row in rows(name, "capacitors")),
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
    return Unit(
        row["from_bus"],
        row["to_bus"],
        row["phases"],
        rated_kva=float(row["rated_kva"]),
        r_percent=float(row["r_percent"]),
        x_percent=float(row["x_percent"]),
        tap=int(row.get("tap", 0)),
        connection_from=_connection(row.get("connection_from", "wye")),
        connection_to=_connection(row.get("connection_to", "wye")),
    )


def _load(row: Row) -> Load:
    numbers = (float(row[column]) for column in ("p_kw", "q_kvar", "stated_kv"))
    return Load(row["bus"], row["phases"], _connection(row["connection"]), row["model"], *numbers)


def _capacitor(row: Row) -> Capacitor:
    return Capacitor(row["bus"], row["phases"], float(row["q_kvar"]), float(row["stated_kv"]))


def _connection(text: str) -> Connection:
    return "delta" if text == "delta" else "wye"
