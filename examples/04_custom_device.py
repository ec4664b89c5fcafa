"""A device of your own: an electric boiler with a heat store, which gridbench knows nothing of.

    python examples/04_custom_device.py --day 34 --out runs/examples

The class below states each law once, in plain arithmetic. The simulator compiles these lines and the oracle optimises over
them, so that both speak of the same boiler; the contracts prove it before anything is played. No line of gridbench changes:
the boiler is an agent of the environment, and its schedule has a certified bound.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from matplotlib.figure import Figure

from gridbench import contracts, solve
from gridbench.envs import MultiAgentMicrogrids
from gridbench.envs.declaration import declare
from gridbench.heron import FunctionPolicy, RestPolicy, StepEnv
from gridbench.networks import IEEE13Bus
from gridbench.physics.reach import reach
from gridbench.physics.terms import Device, Le, Number, Row, Span, Values
from gridbench.scenario.assembly import assemble, with_device
from gridbench.scenario.scenario import AgentGroup

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.heron import Observation, Policy
    from gridbench.oracle import Dispatch
    from gridbench.scenario.scenario import Scenario

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Boiler(Device):
    """Heats a store that leaks and that a heat demand is drawn from; what is missing in it at night is priced.

    Whatever it is asked for, it heats no more than the store takes and no less than the demand needs.
    """

    name: str
    bus: str
    power_mw: float  # above the peak of the demand, which may meet an empty store
    store_mwh: float
    leak_per_h: float = 0.01
    demand_mw: float
    profile: str
    missing_usd_per_mwh: float = 150.0
    kind: ClassVar[str] = "boiler"

    def controls(self) -> dict[str, Span]:
        """Return the electric power."""
        return {"p_mw": Span(0.0, self.power_mw)}

    def asks(self) -> dict[str, Span]:
        """Return what a policy may ask for: the same."""
        return self.controls()

    def states(self) -> dict[str, Span]:
        """Return the heat in the store."""
        return {"heat_mwh": Span(0.0, self.store_mwh)}

    def initial(self) -> dict[str, float]:
        """Return a store half full."""
        return {"heat_mwh": 0.5 * self.store_mwh}

    def inputs(self) -> dict[str, str]:
        """Return the column of the heat demand (per unit of demand_mw)."""
        return {"demand_pu": self.profile}

    def inject(self, u: Values, w: Values) -> tuple[Number, Number]:  # noqa: ARG002
        """Return minus the power: what is drawn from the bus."""
        return -u.p_mw, 0.0

    def advance(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:
        """Return the heat after the step."""
        return {"heat_mwh": x.heat_mwh * (1.0 - dt_h * self.leak_per_h) + dt_h * (u.p_mw - self.demand_mw * w.demand_pu)}

    def closing(self) -> dict[str, Span]:
        """Return the heat missing at the end of the day."""
        return {"missing_mwh": Span(0.0, self.store_mwh)}

    def closing_limits(self, first: Values, last: Values, slack: Values) -> tuple[Row, ...]:
        """Return the balance of the day."""
        return (Le("heat returned", first.heat_mwh - last.heat_mwh, slack.missing_mwh),)

    def closing_cost(self, slack: Values) -> dict[str, Number]:
        """Return the price of the missing heat."""
        return {"missing_energy": self.missing_usd_per_mwh * slack.missing_mwh}

    def settle(self, x: Values, ask: Values, w: Values, dt_h: float) -> dict[str, Number]:
        """Return the power nearest to what is asked for: `reach` reads its limits off the laws above."""
        low, high = reach(self, x, {"p_mw": 0.0}, w, dt_h, "p_mw")
        return {"p_mw": np.minimum(np.maximum(ask.p_mw, low), high)}


BOILER = Boiler(name="boiler", bus="671", power_mw=1.5, store_mwh=4.0, demand_mw=0.6, profile="load_residential_b")


def thermostat(seen: Observation) -> Floats:
    """Return full power from the moment the store is a quarter full until it is nearly full, else none (MW)."""
    heat_mwh, heats = seen["state.heat_mwh"], seen["electrical.p_mw"] < -0.5 * BOILER.power_mw
    on = (heat_mwh < 0.25 * BOILER.store_mwh) | (heats & (heat_mwh < 0.9 * BOILER.store_mwh))
    return np.where(on, BOILER.power_mw, 0.0)[:, None]


def prove(scenario: Scenario) -> None:
    """Print which contracts are kept, the last by the compiled simulator. Raises ContractError, with the numbers of a breach."""
    rng = np.random.default_rng(0)
    for check in (contracts.sound, contracts.faithful, contracts.complete):
        check(BOILER, rng)
        print(f"contract {check.__name__}: kept")
    contracts.compiled(scenario, rng)
    print("contract compiled: kept")


@dataclass(frozen=True)
class Day:
    """A day: its money (usd), the electric power (steps,) in MW and the heat in the store (steps + 1,) in MWh."""

    cost_usd: float
    p_mw: Floats
    heat_mwh: Floats


def play(scenario: Scenario, day: int, policy: Policy) -> Day:
    """Return a test day on which the boiler follows a policy."""
    env = StepEnv(declare(scenario, agents="device", split="test", days=[day], policies={BOILER.name: policy}))
    env.reset(seeds=[0])
    cost_usd, power, heat = 0.0, [], [env.state.get("boiler/state.heat_mwh")[0]]
    for _ in range(scenario.steps):
        cost_usd -= scenario.reward_usd * float(env.step().rewards["operator"][0])
        power.append(-env.state.get("boiler/electrical.p_mw")[0])
        heat.append(env.state.get("boiler/state.heat_mwh")[0])
    return Day(cost_usd, np.array(power), np.array(heat))


def draw(path: Path, price_usd_per_mwh: Floats, demand_mw: Floats, days: dict[str, Day]) -> None:
    """Write the picture: the price, the power of the boiler, and the level of its store."""
    figure, hours = Figure(figsize=(8.5, 7.0), layout="constrained", dpi=120), np.arange(len(demand_mw) + 1)
    price, power, store = figure.subplots(3, sharex=True)
    price.stairs(price_usd_per_mwh, hours, baseline=None, color="black", label="day-ahead price")
    power.stairs(demand_mw, hours, color="#dddddd", fill=True, label="heat demand")
    for (name, day), colour in zip(days.items(), ("#999999", "#0072B2", "#D55E00"), strict=True):
        power.stairs(day.p_mw, hours, baseline=None, color=colour, linewidth=1.8, label=name)
        store.plot(hours, day.heat_mwh, color=colour, linewidth=1.8, label=name)
    for axis, label in zip((price, power, store), ("price (usd/MWh)", "power (MW)", "heat in the store (MWh)"), strict=True):
        axis.set_ylabel(label)
        axis.grid(color="#dddddd", linewidth=0.6)
        axis.set_axisbelow(True)
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    store.set(xlabel="hour of the day (h)", xlim=(0, hours[-1]), xticks=hours[::3])
    figure.align_ylabels()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main(arguments: list[str] | None = None) -> tuple[Dispatch, dict[str, Day]]:
    """Prove the device, certify the day and play it under each policy; print, draw and return dispatch and days."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--day", type=int, default=34, help="day of the test year")
    parser.add_argument("--out", type=Path, default=Path("runs/examples"), help="folder of the figure")
    options = parser.parse_args(arguments)
    town = assemble("town", IEEE13Bus(), [], [AgentGroup("operator", (), ()), AgentGroup("town", (), ())])
    scenario = with_device(town, BOILER, "town")
    prove(scenario)
    print(f"agents that act: {', '.join(MultiAgentMicrogrids(scenario, agents='device').possible_agents)}")
    best = solve(scenario, "test", options.day, time_limit_s=60.0)
    schedule = FunctionPolicy(lambda seen: best.asks[[round(seen.sampled_s / 3600.0 / scenario.step_h)]])  # the only ask
    policies = {"at rest": RestPolicy(), "thermostat": FunctionPolicy(thermostat), "oracle": schedule}
    days = {name: play(scenario, options.day, policy) for name, policy in policies.items()}
    print(f"day {options.day}: the least cost is proven to lie between {best.bound_usd:.2f} and {best.witness_usd:.2f} usd")
    print(f"{'policy':12s} {'cost usd':>9s} {'above bound %':>14s}")
    for name, day in days.items():
        print(f"{name:12s} {day.cost_usd:9.2f} {100.0 * (day.cost_usd / best.bound_usd - 1.0):14.2f}")
    series = scenario.window("test", options.day)
    draw(options.out / "04_custom_device.png", series[scenario.tie.price], BOILER.demand_mw * series[BOILER.profile], days)
    return best, days


if __name__ == "__main__":
    main()
