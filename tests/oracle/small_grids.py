"""Small scenarios at random: two to four buses, two or three hours, some of the devices, numbers from mild to harsh."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import tiny_grid as tiny

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
from gridbench.scenario.scenario import AgentGroup, Split
from gridbench.scenario.series.series import Series

MIXES = (
    ("gen", "cell"),
    ("reg", "shed", "sun"),
    ("gen", "reg", "bank"),
    ("gen", "gen2", "shed"),
    ("cell", "sun", "bank", "shed"),
    ("reg", "bank", "cell"),
    ("gen", "cell", "sun", "shed"),
    ("reg", "reg2", "sun"),
)
"""Which devices stand beside the tie and the load: the plant is compiled once for each of these."""
STEPS = (3, 3, 2, 3, 3, 2, 2, 2)
"""How many hours the days of each mix have: so many that all integers can be tried."""
HOURS = 24


def _log(rng, low, high):
    """A number between two ends, evenly by magnitude."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _feeder(rng, names):
    buses = max(int(rng.integers(2, 5)), 3 if "reg2" in names else 2)
    branches = []
    for k in range(buses - 1):
        r = _log(rng, 0.003, 0.08)
        rating = rng.choice([0.5, 1.0, 3.0])
        ends = f"b{rng.integers(0, k + 1)}", f"b{k + 1}"
        branches.append(Branch(f"l{k}", *ends, r, r * _log(rng, 0.3, 3.0), rng.choice([0.0, 0.004]), 1.0, rating))
    return Feeder("small", 1.0, "b0", rng.uniform(0.97, 1.04), tuple(Bus(f"b{k}", 11.0) for k in range(buses)), tuple(branches))


def _generator(rng, name, bus, least_steps):
    least = rng.uniform(0.05, 0.4)
    most = least + rng.uniform(0.2, 1.0)
    return Generator(
        name=name, bus=bus, p_min_mw=least, p_max_mw=most, s_max_mva=most * rng.uniform(1.0, 1.3),
        start_mw=rng.uniform(least, most),
        cost_usd_per_mw2h=rng.choice([0.0, 1.0]) * rng.uniform(0.0, 60.0), cost_usd_per_mwh=rng.uniform(5.0, 90.0),
        cost_usd_per_h=rng.uniform(0.0, 8.0), start_usd=rng.uniform(0.0, 25.0), ramp_mw_per_h=_log(rng, 0.05, 2.0),
        min_up_steps=least_steps, min_down_steps=least_steps,
    )  # fmt: skip


def _devices(rng, feeder, names):
    bus = lambda: f"b{rng.integers(1, len(feeder.buses))}"  # noqa: E731
    free = [branch.name for branch in feeder.branches]
    line = lambda: free.pop(rng.integers(0, len(free)))  # noqa: E731
    power, energy = rng.uniform(0.1, 0.6), _log(rng, 0.1, 2.0)
    lost = _log(rng, 20.0, 4000.0)
    regulator = {"step_pu": rng.choice([0.00625, 0.0125, 0.03]), "step_usd": rng.choice([0.0, 0.2, 3.0])}
    ends = {"position_min": -1, "position_max": 1}
    made = {
        "gen": lambda: _generator(rng, "gen", bus(), 2),
        "gen2": lambda: _generator(rng, "gen2", bus(), 1),
        "cell": lambda: Storage(
            name="cell", bus=bus(), power_mw=power, s_max_mva=power * rng.uniform(1.0, 1.4), energy_mwh=energy,
            efficiency_in=rng.uniform(0.7, 1.0), efficiency_out=rng.uniform(0.7, 1.0), wear_usd_per_mwh=rng.choice([0.0, 3.0]),
            missing_usd_per_mwh=rng.uniform(0.0, 150.0), energy_share_initial=rng.uniform(0.1, 0.9)),
        "sun": lambda: Renewable(
            name="sun", bus=bus(), p_rated_mw=power * 3.0, s_max_mva=power * rng.uniform(3.0, 4.0), profile="pv_a"),
        "shed": lambda: Load(
            name="shed", bus=bus(), p_mw=rng.uniform(0.1, 0.8), q_mvar=rng.uniform(0.0, 0.3), profile="load_a",
            sheddable_share=rng.uniform(0.1, 1.0), lost_load_usd_per_mwh=lost),
        "reg": lambda: Regulator(name="reg", branch=line(), **regulator, **ends),
        "reg2": lambda: Regulator(name="reg2", branch=line(), **regulator, **ends),
        "bank": lambda: CapacitorBank(
            name="bank", bus=bus(), steps=1, step_mvar=_log(rng, 0.05, 0.6), switch_usd=rng.choice([0.0, 2.0])),
    }  # fmt: skip
    tie = GridTie(
        name="grid", bus="b0", rating_mva=_log(rng, 0.5, 4.0), price="price_usd_per_mwh",
        delivery_usd_per_mwh=rng.uniform(0.0, 8.0), sell_factor=rng.uniform(0.3, 1.0),
        overload_usd_per_h=_log(rng, 10.0, 1000.0))  # fmt: skip
    load = Load(name="load", bus=bus(), p_mw=rng.uniform(0.1, 0.8), q_mvar=rng.uniform(-0.1, 0.4), profile="load_a",
                lost_load_usd_per_mwh=4000.0)  # fmt: skip
    return (tie, load, *(made[name]() for name in names))


def small(seed: int, *, paid: bool | None = None):
    """Return the scenario of a seed; prices fall below zero in every fifth one, or as `paid` says."""
    rng = np.random.default_rng([seed, 34])
    mix = seed % len(MIXES)
    paid = bool(rng.random() < 0.2) if paid is None else paid
    columns = {
        "load_a": rng.uniform(0.2, 1.2, HOURS),
        "price_usd_per_mwh": rng.uniform(-60.0 if paid else 1.0, 150.0, HOURS),
        "pv_a": rng.uniform(0.0, 1.0, HOURS),
    }
    series = Series("test", "hand", 0, 1.0, "2023-01-01T00:00:00+00:00", 0.0, columns)
    feeder = _feeder(rng, MIXES[mix])
    own = _devices(rng, feeder, MIXES[mix])
    low, high = rng.choice([0.9, 0.95, 0.99]), rng.choice([1.01, 1.05, 1.1], p=[0.1, 0.6, 0.3])
    return replace(
        tiny.scenario(STEPS[mix]), feeder=feeder, devices=own, step_h=1.0, splits={"test": Split("test", (series,), (0,))},
        voltage=VoltageBand(v_min_pu=low, v_max_pu=high, excess_usd_per_pu2_h=_log(rng, 50.0, 2e4)),
        loading=LoadingLimit(excess_usd_per_h=_log(rng, 10.0, 1000.0)),
        agents=(AgentGroup("operator", tuple(d.name for d in own), tuple(bus.name for bus in feeder.buses)),),
    )  # fmt: skip
