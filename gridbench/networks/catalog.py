"""The built-in feeders: one function each, and the table that finds them by name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypedDict, Unpack

from gridbench.errors import UnknownName
from gridbench.networks.equivalent import balanced
from gridbench.networks.published import published
from gridbench.networks.radial import radial
from gridbench.networks.single_line import single_line
from gridbench.networks.tables import rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridbench.networks.equivalent import LoadModel
    from gridbench.networks.feeder import Feeder


class Options(TypedDict, total=False):
    """Options of every built-in feeder: another root and its voltage, the base power, neutral regulators, the load model.

    The last two change nothing where a network has no regulator, or constant-power loads only.
    """

    root: str
    root_voltage_pu: float
    base_mva: float
    neutral_regulators: bool
    load_model: LoadModel


_CONTROLLED: Options = {"neutral_regulators": True, "load_model": "constant_power"}
"""Regulators and demand become devices, so that the feeder itself sets neither a tap nor a load that depends on the voltage."""


def ieee13(**options: Unpack[Options]) -> Feeder:
    """The IEEE 13-bus test feeder's balanced equivalent: 4.16 kV, one regulator (650-rg60), rooted at `sourcebus`, 115 kV."""
    return _built("ieee13", options)


def ieee34(**options: Unpack[Options]) -> Feeder:
    """The IEEE 34-bus test feeder's balanced equivalent: 24.9 kV, regulators 814-814r, 852-852r, rooted at `sourcebus`, 69 kV."""
    return _built("ieee34", options)


def ieee123(**options: Unpack[Options]) -> Feeder:
    """The IEEE 123-bus test feeder's balanced equivalent: 4.16 kV, four regulators, rooted at bus 150."""
    return _built("ieee123", options)


def cigre_lv(**options: Unpack[Options]) -> Feeder:
    """The CIGRE European low-voltage benchmark: residential, industrial and commercial 0.4 kV trees, rooted at bus 0, 20 kV."""
    return _single_line("cigre_lv", options)


def cigre_mv(**options: Unpack[Options]) -> Feeder:
    """The CIGRE European medium-voltage benchmark with S1, S2, S3 open: two 20 kV trees, rooted at bus 0, 110 kV."""
    return _single_line("cigre_mv", options)


def case33bw(**options: Unpack[Options]) -> Feeder:
    """The 33-bus system of Baran and Wu without its five ties: 12.66 kV, rooted at bus 1; buses are numbered as in the paper."""
    return _single_line("case33bw", options)


def european_lv(**options: Unpack[Options]) -> Feeder:
    """The IEEE European low-voltage feeder's balanced equivalent: 906 buses at 416 V, rooted at `sourcebus`, 11 kV."""
    return _single_line("european_lv", options)


def IEEE13Bus(name: str = "IEEE13", **options: Unpack[Options]) -> Feeder:  # noqa: N802 - written as the feeder is called
    """`ieee13` under a name, as a controller meets it: rooted at bus 650, neutral regulators, all demand at constant power."""
    settled: Options = {**_CONTROLLED, "root": "650", **options}
    return replace(ieee13(**settled), name=name)


def IEEE34Bus(name: str = "IEEE34", **options: Unpack[Options]) -> Feeder:  # noqa: N802 - written as the feeder is called
    """`ieee34` under a name, as a controller meets it: rooted at bus 800, neutral regulators, all demand at constant power."""
    settled: Options = {**_CONTROLLED, "root": "800", **options}
    return replace(ieee34(**settled), name=name)


def IEEE123Bus(name: str = "IEEE123", **options: Unpack[Options]) -> Feeder:  # noqa: N802 - written as the feeder is called
    """`ieee123` under a name, as a controller meets it: rooted at bus 150, neutral regulators, all demand at constant power."""
    settled: Options = {**_CONTROLLED, **options}
    return replace(ieee123(**settled), name=name)


NETWORKS: dict[str, Callable[..., Feeder]] = {
    "ieee13": ieee13,
    "ieee34": ieee34,
    "ieee123": ieee123,
    "cigre_lv": cigre_lv,
    "cigre_mv": cigre_mv,
    "case33bw": case33bw,
    "european_lv": european_lv,
}


def network(name: str, **options: Unpack[Options]) -> Feeder:
    """The built-in feeder of that name; raises UnknownName."""
    if name not in NETWORKS:
        raise UnknownName("network", name, NETWORKS)
    return NETWORKS[name](**options)


def place_m(name: str) -> dict[str, tuple[float, float]]:
    """Where the buses of a built-in feeder stand, x and y in metres; empty where no places are published."""
    return {row["name"]: (float(row["x_m"]), float(row["y_m"])) for row in rows(name, "buses") if row.get("x_m")}


def _single_line(name: str, options: Options) -> Feeder:
    """The feeder of single-line figures, cut at another root where one is asked for."""
    return _cut(radial(single_line(name).raw(base_mva=options.get("base_mva", 1.0))), options)


def _built(name: str, options: Options) -> Feeder:
    """The equivalent, cut at another root where one is asked for."""
    data = published(name)
    feeder = balanced(
        data,
        base_mva=options.get("base_mva", 1.0),
        neutral_regulators=options.get("neutral_regulators", False),
        load_model=options.get("load_model", "zip"),
    )
    return _cut(feeder, options)


def _cut(feeder: Feeder, options: Options) -> Feeder:
    """The part below the root asked for; raises UnknownName for a root that is no bus."""
    return feeder.below(options.get("root", feeder.root), options.get("root_voltage_pu", feeder.root_voltage_pu))
