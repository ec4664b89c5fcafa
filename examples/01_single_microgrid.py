"""A microgrid of your own: two devices at a published feeder, two simple policies, and how far these are from the best.

    python examples/01_single_microgrid.py --day 188 --out runs/examples

`_build_net` returns the agent that stands over the devices; the loads of the feeder, the tie to the grid above and generated
series come by themselves. The oracle reads the same scenario and returns an interval that holds the least cost of the day,
with proof: nothing can cost less than `bound_usd`, and its own schedule, played here like any policy, costs `witness_usd`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

import gridbench
from gridbench.envs import NetworkedGridEnv, PowerGridAgent
from gridbench.heron.protocols import SetpointProtocol
from gridbench.networks import IEEE13Bus
from gridbench.physics.devices import Generator, Storage
from gridbench.plant.layout import layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.oracle import Dispatch

AGENT = "MG1"
DEVICES = (
    Generator(
        name="gen", bus="633", p_min_mw=0.5, p_max_mw=2.0, s_max_mva=2.5,
        cost_usd_per_mwh=60.0, start_usd=30.0, start_mw=1.0, ramp_mw_per_h=1.0, min_up_steps=3,
    ),
    Storage(name="ess", bus="634", power_mw=1.0, s_max_mva=1.1, energy_mwh=5.0, missing_usd_per_mwh=150.0),
)  # fmt: skip
WATCHED = {
    "price": "operator/price.price",
    "gen_mw": "gen/status.p_mw",
    "ess_mwh": "ess/storage.energy_mwh",
    "v_min_pu": f"{AGENT}/metrics.v_min_pu",
}
BREAK_EVEN_USD_PER_MWH = 30.0
"""Above this price the generator (60 usd/MWh) is cheaper than buying, which the network charges 30 usd/MWh for on top."""

Policy = Callable[[NetworkedGridEnv, int], dict[str, float]]
"""From the environment and the step to what is asked of the devices, by name and in units; the others are left alone."""


class Microgrid(NetworkedGridEnv):
    """The IEEE 13-bus feeder under one agent, which sets its generator and its storage."""

    def _build_net(self) -> PowerGridAgent:
        """Return the agent, called as its feeder is."""
        return PowerGridAgent(IEEE13Bus(AGENT), DEVICES, protocol=SetpointProtocol())

    def _reward_and_safety(self) -> tuple[dict[str, float], dict[str, float]]:
        """Return minus the money of the step (usd), and by how much the agent's limits were passed (pu).

        The money is that of the agent, its devices and the tie to the grid above, which is its own as the root of the feeder is.
        """
        rewards = {name: -grid.cost for name, grid in self.grids.items()}
        return rewards, {name: grid.safety for name, grid in self.grids.items()}


def at_rest(env: NetworkedGridEnv, step: int) -> dict[str, float]:  # noqa: ARG001 - it looks at nothing
    """Ask for nothing: the generator is off, the storage neither charges nor discharges."""
    return {}


def time_of_use(env: NetworkedGridEnv, step: int) -> dict[str, float]:
    """Run the generator while buying is dearer; fill the storage by day and empty it in the evening.

    It fills gently, because the storage stands behind a transformer of 0.5 MVA that also feeds the load there.
    """
    runs = float(env.get(WATCHED["price"]) > BREAK_EVEN_USD_PER_MWH)
    power_mw = -0.25 if 7 <= step < 15 else 0.45 if 18 <= step < 22 else 0.0
    return {"gen/on": runs, "gen/p_mw": 2.0 * runs, "gen/q_mvar": 0.5 * runs, "ess/p_mw": power_mw, "ess/q_mvar": 0.1}


@dataclass(frozen=True)
class Day:
    """What a policy came to (usd, limits passed), and what was watched at the begin of each step and at the end."""

    cost_usd: float
    violations: int
    seen: dict[str, NDArray[np.float64]]


def play(env: Microgrid, day: int, policy: Policy) -> Day:
    """Return a day under a policy."""
    env.reset(options={"day": day})
    cost_usd, violations, seen = 0.0, 0, [[env.get(path) for path in WATCHED.values()]]
    while env.agents:
        _, _, _, _, infos = env.step({AGENT: env.action(AGENT, policy(env, len(seen) - 1))})
        seen.append([env.get(path) for path in WATCHED.values()])
        cost_usd += env.cost_usd
        violations += infos[AGENT]["violations"]
    return Day(cost_usd, violations, dict(zip(WATCHED, np.transpose(seen), strict=True)))


def draw(path: Path, days: dict[str, Day], title: str) -> None:
    """Write the picture: the price, and what the policies made of it."""
    figure = Figure(figsize=(8.5, 8.5), layout="constrained", dpi=120)
    figure.suptitle(title)
    price, power, energy, voltage = figure.subplots(4, sharex=True)
    for (name, day), colour in zip(days.items(), ("#999999", "#0072B2", "#D55E00"), strict=True):
        hours, seen, look = np.arange(len(day.seen["price"])), day.seen, {"color": colour, "label": name, "linewidth": 1.8}
        power.stairs(seen["gen_mw"][1:], hours, baseline=None, **look)
        energy.plot(hours, seen["ess_mwh"], **look)
        voltage.stairs(seen["v_min_pu"][1:], hours, baseline=None, **look)
    price.stairs(seen["price"][:-1], hours, baseline=None, color="black", label="day-ahead price")
    price.axhline(BREAK_EVEN_USD_PER_MWH, color="#009E73", linestyle="--", label="generator breaks even")
    voltage.axhline(0.95, color="black", linestyle="--", label="lower limit")
    labels = ("price (usd/MWh)", "generator (MW)", "stored energy (MWh)", "lowest voltage (pu)")
    for axis, label in zip((price, power, energy, voltage), labels, strict=True):
        axis.set_ylabel(label)
        axis.grid(color="#dddddd", linewidth=0.6)
        axis.set_axisbelow(True)
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    figure.align_ylabels()
    voltage.set(xlabel="hour of the day (h)", xlim=(0, hours[-1]), xticks=hours[::3])
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main(arguments: list[str] | None = None) -> tuple[Dispatch, dict[str, Day]]:
    """Certify the day and play it under each policy; print, draw and return dispatch and days."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--day", type=int, default=188, help="day of the test year")
    parser.add_argument("--out", type=Path, default=Path("runs/examples"), help="folder of the figure")
    options = parser.parse_args(arguments)
    env = Microgrid(split="test")
    best = gridbench.solve(env.scenario, "test", options.day, time_limit_s=60.0)
    asks = [name.replace(".", "/") for name in layout(env.scenario).asks]
    schedule = [dict(zip(asks, map(float, row), strict=True)) for row in best.asks]
    policies: dict[str, Policy] = {"at rest": at_rest, "time of use": time_of_use, "oracle": lambda _, step: schedule[step]}
    days = {name: play(env, options.day, policy) for name, policy in policies.items()}
    print(f"day {options.day}: the least cost is proven to lie between {best.bound_usd:.2f} and {best.witness_usd:.2f} usd")
    print(f"{'policy':12s} {'cost usd':>9s} {'above bound %':>14s} {'violations':>11s} {'generator MWh':>14s}")
    for name, day in days.items():
        above, energy_mwh = 100.0 * (day.cost_usd / best.bound_usd - 1.0), env.scenario.step_h * day.seen["gen_mw"][1:].sum()
        print(f"{name:12s} {day.cost_usd:9.2f} {above:14.2f} {day.violations:11d} {energy_mwh:14.2f}")
    draw(options.out / "01_single_microgrid.png", days, f"One microgrid, test day {options.day}")
    return best, days


if __name__ == "__main__":
    main()
