"""Scenarios of households: cigre_lv (three low-voltage feeders, quarter hours) and district (fifty of them, a hundred agents)."""

from __future__ import annotations

from common import LOST_USD_PER_MWH, agent, demand, head, limits, renewable, storage, tie
from tables import device, entry, section

PRICE = "price_eur_per_mwh"
"""Prices of the European preset; one eur is counted as one usd."""
LOW_VOLTAGE_USD_PER_MWH = 80.0
"""What delivery costs on this level, more than higher up: energy is hardly ever paid for taking it."""
FEEDERS = 50
CARS_AT = 16
MV_PLACES = ("3", "5", "8", "10", "11", "12", "13", "13", "14", "14")


def chargers(name: str, bus: str, power_mw: float, cars: str) -> str:
    """Return the chargers of cars at a bus."""
    return device("ev_charger", name, bus=bus, power_mw=power_mw, efficiency=0.92, cars=cars, unmet_usd_per_mwh=600.0)


def flexible(name: str, bus: str, p_mw: float, profile: str) -> str:
    """Return heat pumps that may run an hour or two ahead or late."""
    worth = {"discomfort_usd_per_mwh": 5.0, "missing_usd_per_mwh": 400.0, "lost_load_usd_per_mwh": LOST_USD_PER_MWH}
    sizes = {"p_mw": p_mw, "q_mvar": 0.25 * p_mw, "shift_mwh": 2.0 * p_mw, "fades_per_h": 0.05}
    return device("flexible_load", name, bus=bus, **sizes, profile=profile, **worth)


def cigre_lv() -> str:
    """The CIGRE low-voltage benchmark with sun, storages and cars."""
    homes = ["solar.R11", "solar.R15", "solar.R16", "solar.R17", "solar.R18", "storage.R15", "cars.R16", "cars.R18"]
    shops = ["solar.C14", "solar.C17", "solar.C20", "storage.C20", "cars.C13"]
    return "\n".join([
        head("cigre_lv", "CIGRE low-voltage network: homes, works and shops", 0.25, 10.0),
        section("Network: three feeders behind their own transformers"),
        entry("feeder", name="LV", network="cigre_lv", root_voltage_pu=1.03, load_scale=0.9, neutral_regulators=True),
        section("What breaking a limit costs"),
        limits(voltage_usd=600.0, loading_usd=200.0, blackout_usd=5000.0, v_min_pu=0.93, v_max_pu=1.05),
        section("Demand"),
        entry("loads", profile="load_residential_a", lost_load_usd_per_mwh=LOST_USD_PER_MWH),
        section("Devices of the operator"),
        tie("0", 0.8, PRICE, LOW_VOLTAGE_USD_PER_MWH),
        section("Devices of the homes"),
        *(renewable(f"solar.R{k}", f"R{k}", 0.11, f"pv_{site}") for k, site in zip((11, 15, 16, 17, 18), "aabbb", strict=True)),
        *(storage(f"storage.R{k}", f"R{k}", 0.06, 0.2, 400.0, out=True) for k in (15, 18)),
        *(chargers(f"cars.R{k}", f"R{k}", 0.08, "ev_homes") for k in (16, 18)),
        section("Devices of the works and of the shops"),
        renewable("solar.I2", "I2", 0.12, "pv_c"),
        flexible("heat.I2", "I2", 0.03, "load_industrial"),
        *(renewable(f"solar.C{k}", f"C{k}", 0.07, "pv_c") for k in (14, 17, 20)),
        storage("storage.C20", "C20", 0.06, 0.2, 400.0, out=True),
        chargers("cars.C13", "C13", 0.05, "ev_shops"),
        section("Agents"),
        agent("homes", homes, []) + bus_list("R", 1, 18),
        agent("works", ["solar.I2", "heat.I2"], []) + bus_list("I", 1, 2),
        agent("shops", shops, []) + bus_list("C", 1, 20),
        agent("dso", ["tie", "storage.R18"], []) + 'buses = ["0"]\n',
    ])  # fmt: skip


def bus_list(letter: str, first: int, last: int) -> str:
    """Return the buses of one of the three feeders."""
    return "buses = [" + ", ".join(f'"{letter}{k}"' for k in range(first, last + 1)) + "]\n"


def district() -> str:
    """A medium-voltage ring of the CIGRE benchmark, opened, with fifty of its residential low-voltage feeders."""
    names = [f"LV{k + 1:02d}" for k in range(FEEDERS)]
    places = [MV_PLACES[k % len(MV_PLACES)] for k in range(FEEDERS)]
    return "\n".join([
        head("district", "CIGRE medium-voltage network with fifty low-voltage feeders", 1.0, 1000.0),
        section("Network: the homes stand in the low-voltage feeders, what is left of the published load is industry"),
        entry("feeder", name="MV", network="cigre_mv", root_voltage_pu=1.045, load_scale=0.04, neutral_regulators=True),
        *(low_voltage(name, at) for name, at in zip(names, places, strict=True)),
        section("What breaking a limit costs"),
        limits(voltage_usd=200.0, loading_usd=200.0, blackout_usd=100000.0, v_min_pu=0.9, v_max_pu=1.05),
        section("Demand"),
        demand("MV", "load_industrial"),
        *(demand(name, f"load_residential_{'ab'[k % 2]}") for k, name in enumerate(names)),
        section("Devices of the operator"),
        tie("0", 14.0, PRICE),
        renewable("wind", "8", 4.0, "wind_a", out=True),
        storage("storage", "11", 1.0, 4.0, out=True),
        section("Devices of the households: in each feeder one agent has sun and storage, another the cars"),
        *(households(k, name) for k, name in enumerate(names)),
        section("Agents"),
        agent("dso", ["tie", "wind", "storage"], ["MV"]),
        *(owners(name) for name in names),
    ])  # fmt: skip


def owners(name: str) -> str:
    """Return the two agents of a feeder: the cars' one minds the voltage at their bus, the homes' one all others."""
    others = ", ".join(f'"{name}.R{k}"' for k in range(1, 19) if k != CARS_AT)
    homes = agent(f"homes_{name[2:]}", [f"{name}.{own}" for own in ("solar", "roof", "storage")], []) + f"buses = [{others}]\n"
    return homes + "\n" + agent(f"cars_{name[2:]}", [f"{name}.cars"], []) + f'buses = ["{name}.R{CARS_AT}"]\n'


def low_voltage(name: str, at: str) -> str:
    """Return a residential feeder behind its own transformer."""
    transformer = {"rating_mva": 0.32, "r_pu": 0.01, "x_pu": 0.04}
    place = {"root": "R1", "at": at, "transformer": transformer}
    return entry("feeder", name=name, network="cigre_lv", **place, load_scale=0.42, neutral_regulators=True)


def households(k: int, name: str) -> str:
    """Return the devices of feeder number k; sizes differ from one to the next."""
    share = 0.8 + 0.05 * (k % 9)
    return "\n".join([
        renewable(f"{name}.solar", f"{name}.R18", round(0.2 * share, 4), f"pv_{'abc'[k % 3]}"),
        renewable(f"{name}.roof", f"{name}.R15", round(0.15 * share, 4), f"pv_{'bca'[k % 3]}"),
        storage(f"{name}.storage", f"{name}.R17", round(0.08 * share, 4), round(0.28 * share, 4), 400.0),
        chargers(f"{name}.cars", f"{name}.R{CARS_AT}", round(0.06 * share, 4), f"ev_{'abcde'[k % 5]}"),
    ])  # fmt: skip
