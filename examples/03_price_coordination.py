"""Coordination by a price: heads say one number an hour, and every device below answers it by its own marginal cost.

    python examples/03_price_coordination.py --day 177 --out runs/examples

First one microgrid is told a range of prices, each held for three hours, because a diesel starts low and climbs by its ramp.
Then a whole day is played on which heads pass on the price of buying energy, and the operator holds the voltage with its
regulators. The more microgrids answer, the smaller the bill for energy; but a price says nothing of the lines, and what all
give at once, storages above all, lifts the voltage beyond its limits.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from gridbench import load_scenario
from gridbench.envs.declaration import declare
from gridbench.heron import FunctionPolicy, RestPolicy, StepEnv
from gridbench.heron.protocols import NoProtocol, PriceSignalProtocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from gridbench.heron import Observation
    from gridbench.scenario.scenario import Scenario

    Floats = NDArray[np.float64]
    Say = Callable[[Observation], Floats]

OPERATOR, MICROGRIDS = "dso", ("mg_0", "mg_1", "mg_2")
DIESELS, STORAGES = ([f"MG{i}.{kind}" for i in (1, 2, 3)] for kind in ("diesel", "storage"))
TAP_PU = 0.00625


def environment(scenario: Scenario, days: Sequence[int], priced: Sequence[str], say: Say) -> StepEnv:
    """Return test days side by side: the heads in `priced` say prices (usd/MWh), the others leave their devices at rest."""
    own = next(group.devices for group in scenario.agents if group.name == OPERATOR)
    policies = {name: FunctionPolicy(say) if name in priced else RestPolicy() for name in MICROGRIDS}
    policies |= {d.name: RestPolicy() for d in scenario.devices if d.name in own and d.asks()}
    policies |= {unit.name: FunctionPolicy(hold_voltage) for unit in scenario.regulators}
    protocols = {name: PriceSignalProtocol(-50.0, 300.0, "usd/MWh") for name in priced} | {OPERATOR: NoProtocol()}
    env = StepEnv(declare(scenario, split="test", days=days, protocols=protocols, policies=policies))
    env.reset(seeds=range(len(days)))
    return env


def hold_voltage(seen: Observation) -> Floats:
    """Return the position of a regulator nearer to where the voltage behind it would have been 1 pu, by four steps at most."""
    steps = np.clip(np.rint((1.0 - seen["tap_changer.v_pu"]) / TAP_PU), -4, 4)
    return np.clip(seen["tap_changer.position"] + steps, -16, 16)[:, None]


def power_mw(env: StepEnv, device: str) -> Floats:
    """Return what a device gave in the last step (MW, taken negative), an environment each."""
    return env.state.get(f"{device}/electrical.p_mw")


def sweep(scenario: Scenario, day: int, prices: Floats) -> tuple[Floats, Floats]:
    """Return what the diesel of MG1 gives in the third hour of each price, and its storage in the first (MW)."""
    env = environment(scenario, [day] * len(prices), ["mg_0"], lambda _: prices[:, None])
    env.step()
    storage = power_mw(env, "MG1.storage")
    env.step()
    env.step()
    return power_mw(env, "MG1.diesel"), storage


@dataclass(frozen=True)
class Day:
    """A day: its money for energy and for limits passed (usd), the price of buying, and what was given (MW), by hour."""

    energy_usd: float
    limits_usd: float
    price: Floats
    diesels_mw: Floats
    storages_mw: Floats


def play(scenario: Scenario, day: int, priced: Sequence[str]) -> Day:
    """Return a day on which the heads in `priced` pass on the price of buying."""
    delivery = scenario.tie.delivery_usd_per_mwh
    env = environment(scenario, [day], priced, lambda seen: (seen[f"{OPERATOR}/price.price"] + delivery)[:, None])
    rows, all_usd = [], 0.0
    for _ in range(scenario.steps):
        price = env.state.get(f"{OPERATOR}/price.price")[0] + delivery
        all_usd -= scenario.reward_usd * float(env.step().rewards[OPERATOR][0])
        rows.append([price, *(sum(power_mw(env, name)[0] for name in names) for names in (DIESELS, STORAGES))])
    energy_usd = sum(float(env.state.get(f"{device.name}/metrics.cost_usd")[0]) for device in scenario.devices)
    return Day(energy_usd, all_usd - energy_usd, *np.transpose(rows))


def draw(path: Path, prices: Floats, answers: tuple[Floats, Floats], day: Day) -> None:
    """Write the picture: the answers to a range of prices, and the day on which all microgrids answer."""
    figure, hours = Figure(figsize=(11.0, 6.0), layout="constrained", dpi=120), np.arange(len(day.price) + 1)
    axes = (diesel, price), (storage, power) = figure.subplots(2, 2)
    diesel.plot(prices, answers[0], "o-", color="#D55E00", label="diesel of MG1, third hour")
    storage.plot(prices, answers[1], "o-", color="#0072B2", label="storage of MG1, first hour")
    price.stairs(day.price, hours, baseline=None, color="black", label="price of buying, told to all")
    price.axhline(np.median(day.price), color="#777777", linestyle="--", label="median of the day")
    power.stairs(day.diesels_mw, hours, color="#D55E00", fill=True, alpha=0.5, label="three diesels")
    power.stairs(day.storages_mw, hours, baseline=None, color="#0072B2", linewidth=1.8, label="three storages")
    diesel.set_title("one microgrid at a range of prices")
    price.set_title("the day on which all answer")
    storage.set_xlabel("price told (usd/MWh)")
    power.set(xlabel="hour of the day (h)", xlim=(0, hours[-1]), xticks=hours[::3])
    price.set(xlim=(0, hours[-1]), xticks=hours[::3])
    for axis in (axis for row in axes for axis in row):
        axis.set_ylabel("price (usd/MWh)" if axis is price else "power (MW)")
        axis.grid(color="#dddddd", linewidth=0.6)
        axis.set_axisbelow(True)
        axis.legend(frameon=axis is power)
    figure.align_ylabels()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main(arguments: list[str] | None = None) -> tuple[tuple[Floats, Floats], list[Day]]:
    """Sweep the price, then play the day with none to all microgrids answering; print, draw and return both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--day", type=int, default=177, help="day of the test year")
    parser.add_argument("--out", type=Path, default=Path("runs/examples"), help="folder of the figure")
    options = parser.parse_args(arguments)
    scenario, prices = load_scenario("ieee34_ieee13"), np.arange(0.0, 201.0, 20.0)
    answers = sweep(scenario, options.day, prices)
    print(f"{'price usd/MWh':>13s} {'diesel MW':>10s} {'storage MW':>11s}")
    for price, diesel, storage in zip(prices, *answers, strict=True):
        print(f"{price:13.0f} {diesel:10.3f} {storage:11.3f}")
    days = [play(scenario, options.day, MICROGRIDS[:n]) for n in range(len(MICROGRIDS) + 1)]
    print("\nthe day, and what the diesels made in the hours dearer than the median and in the others")
    print(f"{'answering':>9s} {'energy usd':>11s} {'limits usd':>11s} {'all usd':>9s} {'dear MWh':>9s} {'cheap MWh':>10s}")
    for n, day in enumerate(days):
        dear, all_usd = day.price > np.median(day.price), day.energy_usd + day.limits_usd
        made = [scenario.step_h * day.diesels_mw[hours].sum() for hours in (dear, ~dear)]
        print(f"{n:9d} {day.energy_usd:11.2f} {day.limits_usd:11.2f} {all_usd:9.2f} {made[0]:9.2f} {made[1]:10.2f}")
    draw(options.out / "03_price_coordination.png", prices, answers, days[-1])
    return answers, days


if __name__ == "__main__":
    main()
