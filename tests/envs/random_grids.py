"""Random small grids of one shape, so that all share one compiled kernel."""

from __future__ import annotations

from functools import cache

import numpy as np

from gridbench.networks import IEEE13Bus
from gridbench.physics.devices import CapacitorBank, Generator, Load, Regulator, Renewable, Storage
from gridbench.scenario.assembly import assemble
from gridbench.scenario.scenario import AgentGroup

BUSES = ("632", "633", "634", "645", "646", "671", "675", "680", "684", "692")


@cache
def feeder(scale):
    return IEEE13Bus("F").scaled(load=scale, capacitor=0.0)


def random_grid(seed):
    """Return a scenario with devices of every kind, drawn from a seed: how many, where, how large, and who owns them."""
    rng = np.random.default_rng(seed)

    def bus():
        return str(rng.choice(BUSES))

    def some(most):
        return range(int(rng.integers(1, most + 1)))

    devices = [
        Regulator(name="tap", branch="650-rg60", position_initial=int(rng.integers(-4, 5)), step_usd=0.1),
        CapacitorBank(name="bank", bus=bus(), steps=3, step_mvar=float(rng.uniform(0.02, 0.1)), switch_usd=0.2),
        *(
            Generator(
                name=f"gen_{i}", bus=bus(), p_min_mw=0.1, p_max_mw=float(rng.uniform(0.3, 0.8)), s_max_mva=1.0, start_mw=0.2,
                cost_usd_per_mwh=float(rng.uniform(40, 90)), ramp_mw_per_h=float(rng.uniform(0.2, 1.0)), start_usd=5.0,
                min_up_steps=3, min_down_steps=2,
            )
            for i in some(2)
        ),
        *(
            Storage(
                name=f"store_{i}", bus=bus(), power_mw=0.4, s_max_mva=0.5, energy_mwh=float(rng.uniform(0.5, 3.0)),
                efficiency_in=float(rng.uniform(0.8, 1.0)), missing_usd_per_mwh=150.0,
            )
            for i in some(3)
        ),
        *(Renewable(name=f"sun_{i}", bus=bus(), p_rated_mw=0.4, s_max_mva=0.45, profile="pv_a") for i in some(2)),
        Load(
            name="workshop", bus=bus(), p_mw=0.2, q_mvar=0.05, profile="load_commercial", sheddable_share=0.5,
            lost_load_usd_per_mwh=3000.0,
        ),
    ]  # fmt: skip
    theirs = [device.name for device in devices[1:] if rng.random() < 0.5]
    own = [device.name for device in devices if device.name not in theirs]
    groups = [AgentGroup("operator", tuple(own), ()), AgentGroup("village", tuple(theirs), BUSES[:5])]
    step_h, steps = (0.25, int(rng.integers(3, 8))) if rng.random() < 0.5 else (1.0, int(rng.integers(3, 8)))
    return assemble(f"grid_{seed}", feeder(0.3), devices, groups, step_h=step_h, steps=steps, seed=0)
