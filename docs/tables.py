"""Writes the tables of README.md, docs/three_phase.md and a scenario's CARD.md.

They come out of the records in results/, the published intervals, and the published solutions of the test feeders.

python docs/tables.py            # write
python docs/tables.py --check    # exit code 1 where a page is stale
"""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path
from statistics import mean, median

import numpy as np

from gridbench.bench.actions_file import read_actions
from gridbench.bench.metrics import measure
from gridbench.bench.record import read_record
from gridbench.bench.world import World
from gridbench.networks import NETWORKS
from gridbench.networks.phases import simulated
from gridbench.networks.published import published, solution
from gridbench.physics.unbalanced import Band
from gridbench.plant.three_phase_flow import published_flow
from gridbench.scenario.catalogue import load_scenario
from gridbench.scenario.check import summary

ROOT = Path(__file__).parents[1]
SCENARIO = "ieee34_ieee13-v1"
MPC = ("mpc_persistence", "mpc", "stochastic_mpc", "mpc_perfect")
POLICIES = ("random", "idle", "rule", "mappo", *MPC, "foresight")
KINDS = {"undervoltage": "voltage below the band", "overvoltage": "voltage above the band", "loading": "branch above its rating",
         "tie_overload": "tie above its rating"}  # fmt: skip


def episodes(policy: str) -> list[dict[str, float]]:
    """Return the rows of a policy's episodes.csv."""
    path = ROOT / "results" / SCENARIO / policy / "episodes.csv"
    with path.open(newline="") as file:
        return [{name: float(cell) for name, cell in row.items()} for row in csv.DictReader(file)]


def scores(policy: str) -> dict[str, float]:
    """Return the scores of a policy's record."""
    found: dict[str, float] = json.loads((ROOT / "results" / SCENARIO / policy / "record.json").read_text())["scores"]
    return found


def standing() -> str:
    """Return the table of all policies, one row each."""
    head = (
        "| policy | cost, usd a day | above the bound, % | score | violating steps, % | worst voltage, pu | worst loading, % | "
        "ms a decision |"
    )
    rows = [head, "|---|--:|--:|--:|--:|--:|--:|--:|"]
    for policy in POLICIES:
        s = scores(policy)
        rows.append(
            f"| {policy} | {s['cost_usd_mean']:.2f} | {100 * s['gap_to_bound_mean']:.2f} | {s['score_iqm']:.4f} | "
            f"{100 * s['violating_steps_share']:.2f} | {s['worst_voltage_pu']:.4f} | {100 * s['worst_loading_pu']:.1f} | "
            f"{_ms(s['seconds_per_decision'])} |"
        )
    bound = mean(row["bound_usd"] for row in episodes("foresight"))
    caption = (
        f"Over the test days of `{SCENARIO}`: means (of decisions over a day too), the score an interquartile mean; "
        f"the bound is {bound:.2f} usd a day. "
        "What `mpc_perfect` and `foresight` know of the day no policy can know. (`python docs/tables.py`)"
    )
    return "\n".join([*rows, "", caption])


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f}" if seconds >= 0.01 else f"{1000 * seconds:.3f}"


def binding() -> str:
    """Return on how many days each kind of limit is broken, by policy, and what the oracle saves."""
    shown = ("idle", "rule", "mappo", "foresight")
    rows = ["| days with | " + " | ".join(shown) + " |", "|---|" + "--:|" * len(shown)]
    for kind, text in KINDS.items():
        rows.append(f"| {text} | " + " | ".join(_days(p, f"{kind}_share") for p in shown) + " |")
    rows.append("| any of them | " + " | ".join(_days(p, "violating_steps_share") for p in shown) + " |")
    cost = {p: mean(e["cost_usd"] for e in episodes(p)) for p in shown}
    saved = 100 * (1 - cost["foresight"] / cost["rule"])
    missing = mean(e["missing_energy_usd"] for e in episodes("rule"))
    caption = (
        f"Of 32 test days. The oracle's schedule (`foresight`) saves {saved:.1f} % against `rule`, mappo "
        f"{100 * (1 - cost['mappo'] / cost['rule']):.1f} %; of what `rule` pays, {missing:.0f} usd a day are for energy that it "
        f"fails to bring back to the storages. (`python docs/tables.py`, from `results/{SCENARIO}`)"
    )
    return "\n".join([*rows, "", caption])


def _days(policy: str, share: str) -> str:
    return str(sum(row[share] > 0 for row in episodes(policy)))


def oracle() -> str:
    """Return the statistics of the published intervals."""
    days = json.loads((ROOT / "scenarios" / SCENARIO / "oracle" / "test.json").read_text())["days"]
    gaps = [100 * (day["witness_usd"] - day["bound_usd"]) / abs(day["witness_usd"]) for day in days]
    seconds = [day["seconds"] for day in days]
    close = sum(gap <= 0.1 for gap in gaps)
    return (
        f"Certified gap over the {len(days)} test days: median {median(gaps):.3f} %, worst {max(gaps):.2f} %, "
        f"at most 0.1 % on {close} days. "
        f"Seconds a day on one core: median {median(seconds):.0f}, longest {max(seconds):.0f}.\n"
        "(`gridbench solve --scenario ieee34_ieee13 --split test --gap 4e-4 --threads 1 --publish`, then `python docs/tables.py`)"
    )


def sizes() -> str:
    """Return the sizes of the scenario."""
    return "```\n" + "\n".join(summary(load_scenario(SCENARIO)).lines()) + "\n```\n(`gridbench check ieee34_ieee13`)"


def agreement() -> str:
    """Return how far the unbalanced flow is from OpenDSS and from the published solutions, by feeder."""
    rows = ["| feeder | nodes | furthest from OpenDSS, pu | furthest from the published voltages, pu | losses, kW (published) |",
            "|---|--:|--:|--:|--:|"]  # fmt: skip
    for name in NETWORKS:
        data, voltages = published(name), solution(name)
        flow, power_mva = published_flow(simulated(name), Band(*data.simulated.load_band_pu))
        found = flow.solve(power_mva[None])
        pairs = [(found.at(bus, phase)[0], *pair) for bus, phases in voltages.items() for phase, pair in phases.items()]
        opendss = max(abs(own - other) for own, _, other in pairs)
        stated = [abs(own - one) for own, one, _ in pairs if one is not None]
        losses = f"{1000 * found.losses_mw[0]:.1f} ({data.totals.losses_kw:.1f})"
        rows.append(f"| {name} | {len(pairs)} | {1e6 * opendss:.1f}e-6 | {max(stated):.4f} ({len(stated)} nodes) | {losses} |")
    return "\n".join([*rows, "", "(`python docs/tables.py`, against `gridbench/networks/data/*/solution.csv`)"])


def unbalanced() -> str:
    """Return what recorded actions cost on the balanced and on the unbalanced network, over the first test days."""
    scenario, days = load_scenario(SCENARIO), 8
    worlds = World(scenario), World(scenario, "three_phase")
    rows = ["| policy | usd a day, balanced | unbalanced | violating steps, %, balanced | unbalanced | voltages there, pu |",
            "|---|--:|--:|--:|--:|--:|"]  # fmt: skip
    for policy in ("idle", "rule", "mappo", "foresight"):
        folder = ROOT / "results" / SCENARIO / policy
        protocol, split = read_record(folder).protocol, scenario.split("test")
        recorded = sorted(split.days[: protocol.days])
        asks = read_actions(folder, protocol.seeds, recorded, worlds[0].asks, scenario.steps)[0]
        runs = [[world.replay("test", day, asks[recorded.index(day)]) for day in split.days[:days]] for world in worlds]
        costs = [mean(run.cost_usd.sum() for run in own) for own in runs]
        shares = [
            100 * mean(measure(scenario, scenario.window("test", day), run)["violating_steps_share"]
                       for day, run in zip(split.days[:days], own, strict=True)) for own in runs
        ]  # fmt: skip
        lit = np.concatenate([run.v_pu[~run.blackout][:, 1:].ravel() for run in runs[1]])
        spread = f"{lit.min():.3f} to {lit.max():.3f}"
        rows.append(f"| {policy} | {costs[0]:.0f} | {costs[1]:.0f} | {shares[0]:.1f} | {shares[1]:.1f} | {spread} |")
    caption = (
        f"The recorded actions of the first seed over the first {days} test days of `{SCENARIO}`. (`python docs/tables.py`, "
        f"from `results/{SCENARIO}`)"
    )
    return "\n".join([*rows, "", caption])


PAGES = {
    ROOT / "docs" / "three_phase.md": {"agreement": agreement, "unbalanced": unbalanced},
    ROOT / "README.md": {"standing": standing},
    ROOT / "scenarios" / SCENARIO / "CARD.md": {"sizes": sizes, "binding": binding, "oracle": oracle},
}


def filled(text: str, tables: dict[str, object]) -> str:
    """Return a page with the text between its marks replaced."""
    for name, table in tables.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)"
        text = re.sub(pattern, lambda found, table=table: f"{found[1]}{table()}\n{found[2]}", text, flags=re.DOTALL)
    return text


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them."""
    stale = [page for page, tables in PAGES.items() if page.read_text() != filled(page.read_text(), tables)]
    if "--check" in arguments:
        return 1 if stale else 0
    for page in stale:
        page.write_text(filled(page.read_text(), PAGES[page]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
