"""Print the tables of docs/shield.md: policies, plain and behind the shield, on the test days.

    python docs/shield.py
    python docs/shield.py --split validation --money 0 1e-4 1e-3 1e-2 --policies rule
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from gridbench.bench.episode import play
from gridbench.bench.metrics import measure
from gridbench.bench.world import World
from gridbench.oracle import nearest
from gridbench.policies import make_policy
from gridbench.policies.shield import PREFIX
from gridbench.scenario.catalogue import load_scenario

RUNS = ("ieee34_ieee13", "rule"), ("ieee34_ieee13", "mappo"), ("ieee34", "rule"), ("cigre_lv", "rule"), ("ieee123", "rule")
COUNTED = "corrected steps", "mean spans", "uncorrectable"
HEAD = "scenario", "policy", "violating steps %", "cost usd", *COUNTED, "ms left alone", "ms corrected"


def main() -> None:
    """Play and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--split", default="test")
    parser.add_argument("--days", type=int, help="the first so many days of the split")
    parser.add_argument("--money", type=float, nargs="*", default=[nearest.MONEY], help="prices of a usd in spans")
    parser.add_argument("--policies", nargs="*", default=["rule", "mappo"])
    wanted = parser.parse_args()
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
    for scenario, policy in RUNS:
        for money in wanted.money if policy in wanted.policies else []:
            nearest.MONEY = money
            for name in (policy, f"{PREFIX}{policy}") if money == wanted.money[0] else (f"{PREFIX}{policy}",):
                shown = f"{name}, {money:g}" if len(wanted.money) > 1 and name != policy else name
                print(f"| {scenario} | {shown} | {' | '.join(cells(scenario, name, wanted.split, wanted.days))} |", flush=True)


def cells(name: str, policy: str, split: str, days: int | None) -> list[str]:
    """Return the numbers of one row."""
    scenario = load_scenario(name)
    world, made = World(scenario), make_policy(policy, scenario)
    spent: dict[bool, list[float]] = {False: [], True: []}
    act = made.act

    def timed(observations):  # noqa: ANN001, ANN202
        before, begun = made.notes.get("corrected_steps"), time.perf_counter()
        actions = act(observations)
        spent[made.notes.get("corrected_steps") != before].append(1e3 * (time.perf_counter() - begun))
        return actions

    made.act = timed  # type: ignore[method-assign]
    chosen = scenario.split(split).days[:days]
    played = [play(world, made, split, day, 0) for day in chosen]
    found = [measure(scenario, scenario.window(split, one.day), one.trajectory) for one in played]
    share, cost = (float(np.mean([one[metric] for one in found])) for metric in ("violating_steps_share", "cost_usd"))
    row = [f"{100.0 * share:.2f}", f"{cost:.2f}"]
    if made.notes:
        corrected, spans, left = (sum(one.notes[note] for one in played) for note in made.notes)
        row += [f"{corrected:.0f} of {len(played) * scenario.steps}", f"{spans / max(corrected, 1.0):.3f}", f"{left:.0f}"]
    else:
        row += ["-", "-", "-"]
    alone = f"{np.median(spent[False]):.2f}"
    return [*row, alone, f"{np.median(spent[True]):.0f}" if spent[True] else "-"]


if __name__ == "__main__":
    main()
