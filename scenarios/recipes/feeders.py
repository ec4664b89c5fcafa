"""Scenarios of one feeder: ieee13 (a microgrid), ieee34 and ieee123 (a distribution operator's own devices)."""

from __future__ import annotations

from common import agent, bank, demand, diesel, head, limits, regulator, renewable, storage, tie
from tables import entry, section


def ieee13() -> str:
    """One microgrid on the IEEE 13-bus feeder."""
    devices = ["tie", "regulator", "bank", "diesel", "storage", "solar", "wind", "load.671"]
    feeder = {"root": "650", "root_voltage_pu": 0.98, "load_scale": 1.0, "capacitor_scale": 0.0, "neutral_regulators": True}
    return "\n".join([
        head("ieee13", "IEEE 13-bus feeder as one microgrid"),
        section("Network: below 1 pu at the root, so that the regulator has work to do"),
        entry("feeder", name="MG", network="ieee13", **feeder),
        section("What breaking a limit costs"),
        limits(voltage_usd=600.0, loading_usd=200.0, blackout_usd=25000.0),
        section("Demand"),
        demand("MG", "load_residential_a", "671"),
        section("Devices"),
        tie("650", 3.0),
        regulator("regulator", "650-rg60"),
        bank("bank", "675", 4, 0.15),
        diesel("diesel", "675", 1.0, 60.0),
        storage("storage", "680", 0.8, 3.2),
        renewable("solar", "671", 2.2, "pv_a"),
        renewable("wind", "645", 0.6, "wind_a"),
        section("Agents"),
        agent("mg", devices, ["MG"]),
    ])  # fmt: skip


def ieee34() -> str:
    """A distribution operator on the IEEE 34-bus feeder."""
    devices = ["tie", "regulator.814", "regulator.852", "bank.844", "bank.848", "diesel.848", "storage.890", "storage.836"]
    devices += ["solar.840", "solar.822", "wind.838", "load.890"]
    feeder = {"root": "800", "root_voltage_pu": 1.02, "load_scale": 0.8, "capacitor_scale": 0.0, "neutral_regulators": True}
    return "\n".join([
        head("ieee34", "IEEE 34-bus feeder under its operator"),
        section("Network: long and weak, regulators and capacitors as published"),
        entry("feeder", name="IEEE34", network="ieee34", **feeder),
        section("What breaking a limit costs"),
        limits(voltage_usd=600.0, loading_usd=200.0, blackout_usd=25000.0),
        section("Demand"),
        demand("IEEE34", "load_residential_b", "890"),
        section("Devices"),
        tie("800", 2.0),
        regulator("regulator.814", "814-814r"),
        regulator("regulator.852", "852-852r"),
        bank("bank.844", "844", 4, 0.075),
        bank("bank.848", "848", 4, 0.1125),
        diesel("diesel.848", "848", 0.5, 60.0),
        storage("storage.890", "890", 0.2, 0.8),
        storage("storage.836", "836", 0.3, 1.2),
        renewable("solar.840", "840", 0.7, "pv_a"),
        renewable("solar.822", "822", 0.3, "pv_b"),
        renewable("wind.838", "838", 0.4, "wind_a"),
        section("Agents"),
        agent("dso", devices, ["IEEE34"]),
    ])  # fmt: skip


def ieee123() -> str:
    """A distribution operator on the IEEE 123-bus feeder."""
    devices = ["tie", "regulator.9", "regulator.25", "regulator.160", "bank.83", "diesel.48", "diesel.76"]
    devices += ["storage.65", "storage.108", "solar.48", "solar.76", "solar.114", "wind.300", "load.48", "load.76"]
    return "\n".join([
        head("ieee123", "IEEE 123-bus feeder under its operator"),
        section("Network: meshed in the field, radial with its switches as published"),
        operated_123(),
        section("What breaking a limit costs"),
        limits(voltage_usd=600.0, loading_usd=200.0, blackout_usd=50000.0),
        section("Demand"),
        demand("IEEE123", "load_residential_a", "48", "76"),
        section("Devices"),
        tie("150", 4.0),
        *regulators_123(),
        bank("bank.83", "83", 4, 0.15),
        diesel("diesel.48", "48", 0.6, 60.0),
        diesel("diesel.76", "76", 0.8, 66.0),
        storage("storage.65", "65", 0.5, 2.0),
        storage("storage.108", "108", 0.5, 2.0),
        renewable("solar.48", "48", 0.8, "pv_a"),
        renewable("solar.76", "76", 0.9, "pv_b"),
        renewable("solar.114", "114", 1.0, "pv_c"),
        renewable("wind.300", "300", 0.6, "wind_a"),
        section("Agents"),
        agent("dso", devices, ["IEEE123"]),
    ])  # fmt: skip


def operated_123(load_scale: float = 0.9, root_voltage_pu: float = 1.02) -> str:
    """Return the 123-bus feeder, its substation's regulator neutral: the root holds the voltage."""
    feeder = {"root": "150", "root_voltage_pu": root_voltage_pu, "load_scale": load_scale, "capacitor_scale": 0.0}
    return entry("feeder", name="IEEE123", network="ieee123", **feeder, neutral_regulators=True)


def regulators_123() -> list[str]:
    """Return its three regulators along the lines, of plus and minus 5 %."""
    return [regulator(f"regulator.{bus}", f"{bus}-{bus}r", reach=8) for bus in ("9", "25", "160")]
