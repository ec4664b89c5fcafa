"""Devices with ordinary and with extreme parameters, and the weather that they may meet."""

from __future__ import annotations

from dataclasses import replace

from gridbench.physics.devices import (
    CapacitorBank,
    EvCharger,
    FlexibleLoad,
    Generator,
    GridTie,
    Load,
    Regulator,
    Renewable,
    Storage,
)

_DIESEL = {
    "bus": "b", "p_min_mw": 0.132, "p_max_mw": 0.66, "s_max_mva": 0.825, "cost_usd_per_mw2h": 100.0, "cost_usd_per_mwh": 72.4,
    "cost_usd_per_h": 0.5011, "start_usd": 10.0, "start_mw": 0.33, "ramp_mw_per_h": 0.33,
}  # fmt: skip


def diesel(name: str, **changes: float) -> Generator:
    return Generator(name=name, **{**_DIESEL, **changes})


def storage(name: str, **changes: float) -> Storage:
    fields = {"power_mw": 0.5, "s_max_mva": 0.55, "energy_mwh": 2.0, "missing_usd_per_mwh": 150.0, "wear_usd_per_mwh": 4.0}
    return Storage(name=name, bus="b", **{**fields, **changes})


GENERATORS = (
    *(diesel(f"up{steps}_down{6 - steps}", min_up_steps=steps, min_down_steps=6 - steps) for steps in range(1, 6)),
    diesel("no_minimum", p_min_mw=0.0),
    diesel("unity_power_factor", power_factor_min=1.0),
    diesel("no_minimum_at_unity", p_min_mw=0.0, power_factor_min=1.0, min_up_steps=3),
    diesel("starts_at_minimum", start_mw=0.132),
    diesel("starts_at_full_power", start_mw=0.66, min_down_steps=3),
    diesel("no_reserve_of_apparent_power", s_max_mva=0.66),
    diesel("fixed_output", p_min_mw=0.5, p_max_mw=0.5, start_mw=0.5),
    diesel("slow", ramp_mw_per_h=0.01, min_up_steps=2),
    diesel("fast", ramp_mw_per_h=10.0),
)
STORAGES = (
    storage("ordinary"),
    storage("lossless", efficiency_in=1.0, efficiency_out=1.0),
    storage("lossy", efficiency_in=0.6, efficiency_out=0.5),
    storage("whole_band", energy_share_min=0.0, energy_share_max=1.0, energy_share_initial=1.0),
    storage("no_band", energy_share_min=0.5, energy_share_max=0.5),
    storage("no_reactive_reserve", s_max_mva=0.5),
    storage("small_tank", energy_mwh=0.05),
)
RENEWABLES = (
    Renewable(name="reserve", bus="b", p_rated_mw=0.6, s_max_mva=0.66, profile="pv"),
    Renewable(name="no_reserve", bus="b", p_rated_mw=0.6, s_max_mva=0.6, profile="pv"),
)
LOADS = (
    Load(name="firm", bus="b", p_mw=0.3, q_mvar=0.1, profile="load", lost_load_usd_per_mwh=5000.0),
    Load(name="sheddable", bus="b", p_mw=0.3, q_mvar=0.1, profile="load", lost_load_usd_per_mwh=5000.0, sheddable_share=0.5),
    Load(name="all_sheddable", bus="b", p_mw=0.3, q_mvar=-0.1, profile="load", lost_load_usd_per_mwh=900.0, sheddable_share=1.0),
)
STEPPED = (
    Regulator(name="regulator", branch="l", step_usd=0.2),
    Regulator(name="one_way_regulator", branch="l", position_min=0, position_max=5, position_initial=2),
    CapacitorBank(name="bank", bus="b", steps=4, step_mvar=0.075, switch_usd=0.5),
    CapacitorBank(name="one_capacitor", bus="b", steps=1, step_mvar=0.3, position_initial=1),
)
TIES = (
    GridTie(
        name="tie", bus="r", rating_mva=2.5, price="price", delivery_usd_per_mwh=25.0, sell_factor=0.9, overload_usd_per_h=1e3
    ),
    GridTie(name="net_metering", bus="r", rating_mva=0.3, price="price", overload_usd_per_h=1e3, trip_loading=1.5),
)


def flexible(name: str, **changes: float) -> FlexibleLoad:
    fields = {"p_mw": 0.3, "q_mvar": 0.1, "shift_mwh": 0.4, "missing_usd_per_mwh": 200.0, "lost_load_usd_per_mwh": 5000.0}
    return FlexibleLoad(name=name, bus="b", profile="load", **{**fields, **changes})


def charger(name: str, **changes: float | None) -> EvCharger:
    return EvCharger(name=name, bus="b", cars="ev", **{"power_mw": 0.2, "unmet_usd_per_mwh": 800.0, **changes})


FLEXIBLE = (
    flexible("ordinary"),
    flexible("fading", fades_per_h=0.2, discomfort_usd_per_mwh=10.0),
    flexible("all_of_it", share_min=0.0, share_max=3.0, fades_per_h=1.0),
    flexible("firm", share_min=1.0, share_max=1.0, q_mvar=-0.1),
)
CHARGERS = (
    charger("unity_power_factor"),
    charger("converter", s_max_mva=0.25, efficiency=0.8),
    charger("no_reactive_reserve", s_max_mva=0.2, efficiency=1.0),
)
BROKEN = tuple(
    replace(one, name=f"{one.name}_with_breaker", connection="connected")
    for one in (*GENERATORS[::2], *STORAGES[:4], *RENEWABLES)
)
"""Devices with a breaker that a series opens."""
DEVICES = (*GENERATORS, *STORAGES, *RENEWABLES, *BROKEN, *LOADS, *FLEXIBLE, *CHARGERS, *STEPPED, *TIES)
