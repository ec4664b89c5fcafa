"""Scenarios of microgrids on a feeder: ieee34_ieee13_heron (the case study's own sizes) and ieee123_fleet (ten of them)."""

from __future__ import annotations

from common import agent, bank, demand, diesel, head, limits, regulator, renewable, storage, tie
from feeders import operated_123, regulators_123
from tables import entry, section

PLACES = ("13", "18", "35", "47", "60", "67", "76", "89", "97", "108")
"""The buses of the 123-bus feeder that microgrids hang from."""


def hung(name: str, at: str, load_scale: float, rating_mva: float) -> str:
    """Return an IEEE 13-bus feeder behind its own transformer."""
    transformer = {"rating_mva": rating_mva, "r_pu": 0.01, "x_pu": 0.05}
    place = {"root": "650", "at": at, "transformer": transformer}
    return entry(
        "feeder", name=name, network="ieee13", **place, load_scale=load_scale, capacitor_scale=load_scale, neutral_regulators=True
    )


def owned(name: str) -> list[str]:
    """Return the devices of a microgrid by name."""
    return [*(f"{name}.{what}" for what in ("diesel", "storage", "solar", "wind")), f"load.{name}.671"]


def heron() -> str:
    """The case study's numbers: three microgrids, quarter hours."""
    names, step_h = ("MG1", "MG2", "MG3"), 0.25
    operator = ["tie", "regulator.814", "regulator.852", "bank.844", "bank.848", "load.890"]
    sizes = zip(names, ("a", "b", "c"), (0.20, 0.25, 0.15), (0.5, 0.6, 0.4), (72.4, 51.6, 51.6), strict=True)
    profiles = ("load_residential_a", "load_commercial", "load_industrial")
    feeder = {"root": "800", "root_voltage_pu": 1.02, "load_scale": 0.6, "capacitor_scale": 0.0, "neutral_regulators": True}
    return "\n".join([
        head("ieee34_ieee13_heron", "IEEE 34-bus feeder with three microgrids, the case study's sizes", step_h),
        section("Network: the microgrids' loads at 0.1 of the published ones"),
        entry("feeder", name="IEEE34", network="ieee34", **feeder),
        *(hung(name, at, 0.1, 0.4) for name, at in zip(names, ("850", "858", "834"), strict=True)),
        section("What breaking a limit costs"),
        limits(voltage_usd=600.0, loading_usd=200.0, blackout_usd=25000.0),
        section("Demand"),
        demand("IEEE34", "load_residential_b", "890"),
        *(demand(name, profile, f"{name}.671") for name, profile in zip(names, profiles, strict=True)),
        section("Devices of the operator"),
        tie("800", 2.5),
        regulator("regulator.814", "814-814r", first=4),
        regulator("regulator.852", "852-852r", first=4),
        bank("bank.844", "844", 4, 0.075),
        bank("bank.848", "848", 4, 0.1125),
        section("Devices of the microgrids"),
        *(plants(name, site, solar, energy, fuel, step_h) for name, site, solar, energy, fuel in sizes),
        section("Agents"),
        *(agent(f"mg_{k}", owned(name), [name]) for k, name in enumerate(names)),
        agent("dso", operator, ["IEEE34"]),
    ])  # fmt: skip


def plants(name: str, site: str, solar_mw: float, energy_mwh: float, fuel_usd: float, step_h: float = 1.0) -> str:
    """Return the four plants of a microgrid."""
    return "\n".join([
        diesel(f"{name}.diesel", f"{name}.675", 1.5 * solar_mw, fuel_usd, step_h),
        storage(f"{name}.storage", f"{name}.680", 0.5 * energy_mwh, energy_mwh),
        renewable(f"{name}.solar", f"{name}.671", solar_mw, f"pv_{site}"),
        renewable(f"{name}.wind", f"{name}.645", 0.5 * solar_mw, f"wind_{site}"),
    ])  # fmt: skip


def fleet() -> str:
    """An operator of the IEEE 123-bus feeder and ten microgrids."""
    names = [f"MG{k + 1}" for k in range(len(PLACES))]
    profiles = ("load_residential_a", "load_commercial", "load_residential_b", "load_industrial")
    operator = ["tie", "regulator.9", "regulator.25", "regulator.160", "bank.83", "load.48", "load.76"]
    return "\n".join([
        head("ieee123_fleet", "IEEE 123-bus feeder with ten IEEE 13-bus microgrids"),
        section("Network: the microgrids at 0.12 of the published loads"),
        operated_123(load_scale=0.7, root_voltage_pu=1.0),
        *(hung(name, at, 0.12, 0.45) for name, at in zip(names, PLACES, strict=True)),
        section("What breaking a limit costs"),
        limits(voltage_usd=600.0, loading_usd=200.0, blackout_usd=50000.0),
        section("Demand"),
        demand("IEEE123", "load_residential_a", "48", "76"),
        *(demand(name, profiles[k % 4], f"{name}.671") for k, name in enumerate(names)),
        section("Devices of the operator"),
        tie("150", 5.0),
        *regulators_123(),
        bank("bank.83", "83", 4, 0.15),
        section("Devices of the microgrids"),
        *(plants(name, "abc"[k % 3], 0.34 + 0.02 * k, 1.0 + 0.1 * k, 50.0 + 3.0 * k) for k, name in enumerate(names)),
        section("Agents"),
        *(agent(f"mg_{k}", owned(name), [name]) for k, name in enumerate(names)),
        agent("dso", operator, ["IEEE123"]),
    ])  # fmt: skip
