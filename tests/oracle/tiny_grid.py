"""A small scenario with one of each device, made by hand: seven buses, a few steps."""

from __future__ import annotations

import numpy as np

from gridbench.networks import Branch, Bus, Feeder
from gridbench.physics.devices import (
    CapacitorBank,
    Generator,
    GridTie,
    Load,
    LoadingLimit,
    Regulator,
    Renewable,
    Storage,
    VoltageBand,
)
from gridbench.scenario.scenario import AgentGroup, Scenario, Split
from gridbench.scenario.series.series import Series

PARENTS = (0, 1, 2, 2, 4, 1)


def feeder() -> Feeder:
    buses = tuple(Bus(f"b{k}", 11.0) for k in range(7))
    branches = tuple(
        Branch(f"l{k}", f"b{parent}", f"b{k + 1}", 0.010 + 0.004 * k, 0.018 + 0.003 * k, 0.004, 1.0, 3.0)
        for k, parent in enumerate(PARENTS)
    )
    return Feeder("tiny", 1.0, "b0", 1.02, buses, branches)


def devices(*, positions: int = 16, min_up: int = 2, capacitors: int = 3):
    return (
        GridTie(name="grid", bus="b0", rating_mva=2.5, price="price_usd_per_mwh", delivery_usd_per_mwh=5.0, sell_factor=0.8,
                overload_usd_per_h=500.0),
        Load(name="load3", bus="b3", p_mw=0.8, q_mvar=0.3, profile="load_a", lost_load_usd_per_mwh=4000.0),
        Load(name="load4", bus="b4", p_mw=0.5, q_mvar=0.2, profile="load_a", sheddable_share=0.3, lost_load_usd_per_mwh=900.0),
        Load(name="load5", bus="b5", p_mw=0.6, q_mvar=0.2, profile="load_a", lost_load_usd_per_mwh=4000.0),
        Generator(name="gen", bus="b5", p_min_mw=0.2, p_max_mw=0.8, s_max_mva=0.9, cost_usd_per_mw2h=12.0,
                  cost_usd_per_mwh=38.0, cost_usd_per_h=4.0, start_usd=15.0, start_mw=0.5, ramp_mw_per_h=0.5,
                  min_up_steps=min_up, min_down_steps=min_up),
        Storage(name="cell", bus="b6", power_mw=0.4, s_max_mva=0.5, energy_mwh=1.2, wear_usd_per_mwh=3.0,
                missing_usd_per_mwh=120.0),
        Renewable(name="sun", bus="b6", p_rated_mw=0.9, s_max_mva=1.0, profile="pv_a"),
        Regulator(name="reg", branch="l1", position_min=-positions, position_max=positions, step_usd=0.2),
        CapacitorBank(name="bank", bus="b4", steps=capacitors, step_mvar=0.15, switch_usd=0.5),
    )  # fmt: skip


def columns(steps: int, cheaper: float) -> dict[str, np.ndarray]:
    hour = np.arange(steps) * 24.0 / steps
    return {
        "load_a": 0.7 + 0.35 * np.sin((hour - 10.0) / 24.0 * 2.0 * np.pi),
        "price_usd_per_mwh": 45.0 - cheaper + 30.0 * np.sin((hour - 12.0) / 12.0 * 2.0 * np.pi),
        "pv_a": np.maximum(0.0, np.cos((hour - 12.0) / 24.0 * 2.0 * np.pi)) ** 1.5,
    }


def scenario(steps: int = 6, *, cheaper: float = 0.0, **options) -> Scenario:
    """One day; `cheaper` (usd/MWh) lowers the price of energy."""
    series = Series("test", "hand", 0, 24.0 / steps, "2023-01-01T00:00:00+00:00", 0.0, columns(steps, cheaper))
    own = devices(**options)
    return Scenario(
        name="tiny", version=1, title="tiny", digest="0" * 64, feeder=feeder(), devices=own,
        voltage=VoltageBand(v_min_pu=0.95, v_max_pu=1.05, excess_usd_per_pu2_h=2000.0),
        loading=LoadingLimit(excess_usd_per_h=300.0), blackout_usd=5000.0, step_h=24.0 / steps, steps=steps,
        agents=(AgentGroup("operator", tuple(d.name for d in own), tuple(f"b{k}" for k in range(7))),),
        splits={"test": Split("test", (series,), (0,))}, anchor="rule", violating_share_max=0.05, reward_usd=1000.0,
    )  # fmt: skip
