"""A grid with cars, a flexible load, and breakers that open: the 13-bus feeder over generated days."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from gridbench.networks import IEEE13Bus
from gridbench.physics.devices import EvCharger, FlexibleLoad, Generator, Renewable, Storage
from gridbench.scenario.assembly import assemble
from gridbench.scenario.scenario import AgentGroup
from gridbench.scenario.series.ev import EvSite
from gridbench.scenario.series.generator import generate
from gridbench.scenario.series.presets import CAISO_LIKE

SITES = (EvSite("ev_work", "workplace", 30), EvSite("ev_home", "home", 40))
PRESET = replace(CAISO_LIKE, ev_sites=SITES)


@cache
def days(seed, step_h=1.0, cheaper=0.0):
    """Three days of every column, the generator cut off at 1 to 3 h and 17 to 20 h, storage and sun at 2 h and 12 to 14 h."""
    series = generate(PRESET, seed, days=3, step_h=step_h)
    hour = np.arange(series.n) * step_h % 24.0
    own = {
        "connected_gen": np.where((hour >= 17) & (hour < 20) | (hour >= 1) & (hour < 3), 0.0, 1.0),
        "connected_cell": np.where((hour >= 12) & (hour < 14) | (hour == 2.0), 0.0, 1.0),
        "price_usd_per_mwh": series.columns["price_usd_per_mwh"] - cheaper,
    }
    return replace(series, name=f"s{seed}", columns={**series.columns, **own})


def devices(efficiency=0.95):
    return (
        EvCharger(name="work", bus="671", power_mw=0.198, cars="ev_work", unmet_usd_per_mwh=600.0, efficiency=efficiency),
        EvCharger(
            name="home", bus="634", power_mw=0.264, s_max_mva=0.3, cars="ev_home", unmet_usd_per_mwh=600.0,
            efficiency=efficiency,
        ),
        FlexibleLoad(
            name="flex", bus="675", p_mw=0.2, q_mvar=0.05, profile="load_commercial", shift_mwh=0.3, fades_per_h=0.02,
            discomfort_usd_per_mwh=3.0, missing_usd_per_mwh=200.0, lost_load_usd_per_mwh=4000.0,
        ),
        Generator(
            name="gen", bus="633", p_min_mw=0.1, p_max_mw=0.4, s_max_mva=0.5, cost_usd_per_mwh=45.0, cost_usd_per_mw2h=20.0,
            cost_usd_per_h=1.0, start_usd=5.0, start_mw=0.2, ramp_mw_per_h=0.2, min_up_steps=3, min_down_steps=2,
            connection="connected_gen",
        ),
        Storage(
            name="cell", bus="634", power_mw=0.2, s_max_mva=0.22, energy_mwh=0.8, missing_usd_per_mwh=150.0,
            connection="connected_cell",
        ),
        Renewable(name="sun", bus="675", p_rated_mw=0.4, s_max_mva=0.45, profile="pv_a", connection="connected_cell"),
    )  # fmt: skip


@cache
def mixed(steps=24, step_h=1.0, cheaper=0.0, efficiency=0.95):
    """Return the scenario; `cheaper` (usd/MWh) lowers the price, an efficiency of 0.12 leaves cars short whatever is done."""
    site = AgentGroup("site", ("work", "home", "gen", "cell", "sun"), ("633", "634"))
    return assemble(
        "mixed", IEEE13Bus("F").scaled(load=0.3, capacitor=0.0), devices(efficiency),
        [AgentGroup("operator", ("flex",), ()), site], step_h=step_h, steps=steps,
        series={"train": days(1, step_h, cheaper), "test": days(2, step_h, cheaper)},
    )  # fmt: skip
