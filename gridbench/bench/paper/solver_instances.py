"""The days that solvers race on: the IEEE 34-bus feeder with commitment and storage, and the 72-bus scenario as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.networks import IEEE34Bus
from gridbench.physics.devices import Generator, Renewable, Storage
from gridbench.scenario.assembly import assemble
from gridbench.scenario.catalogue import load_scenario
from gridbench.scenario.scenario import AgentGroup

if TYPE_CHECKING:
    from gridbench.scenario.scenario import Scenario

DAY = 12
UNITS = (("816", 0.5, 52.0), ("834", 0.6, 60.0), ("848", 0.4, 48.0))
"""Bus, largest power (MW) and price (usd/MWh) of the units."""


def ieee34_units() -> Scenario:
    """Return the 34-bus feeder with three units, two storages and two solar plants, without taps and banks."""
    units = [
        Generator(
            name=f"unit.{bus}", bus=bus, p_min_mw=0.25 * power, p_max_mw=power, s_max_mva=1.25 * power, start_mw=0.5 * power,
            cost_usd_per_mw2h=80.0, cost_usd_per_mwh=price, cost_usd_per_h=2.0, start_usd=15.0, ramp_mw_per_h=0.4 * power,
            min_up_steps=3, min_down_steps=2,
        )
        for bus, power, price in UNITS
    ]  # fmt: skip
    stores = [
        Storage(name=f"store.{bus}", bus=bus, power_mw=0.4, s_max_mva=0.45, energy_mwh=1.6, wear_usd_per_mwh=4.0,
                missing_usd_per_mwh=250.0)
        for bus in ("828", "840")
    ]  # fmt: skip
    plants = [
        Renewable(name=f"solar.{bus}", bus=bus, p_rated_mw=0.5, s_max_mva=0.55, profile="pv_a") for bus in ("830", "860")
    ]
    devices = (*units, *stores, *plants)
    return assemble("ieee34_units", IEEE34Bus(), devices, [AgentGroup("operator", tuple(d.name for d in devices), ())])


def instances() -> dict[str, tuple[Scenario, int]]:
    """Return scenario and test day of each instance by name."""
    return {"ieee34, units and storages": (ieee34_units(), DAY), "ieee34_ieee13": (load_scenario("ieee34_ieee13"), DAY)}
