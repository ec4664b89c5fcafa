"""Writes the tables of README.md, docs/scenarios.md, docs/three_phase.md and the CARD.md of every scenario, and its picture.

They come out of the records in results/, the published intervals, and the published solutions of the test feeders. What has no
record or interval yet is shown as "-".

python docs/tables.py            # write
python docs/tables.py --check    # exit code 1 where a page is stale, or a picture under the pinned matplotlib
"""

from __future__ import annotations

import re
import sys
from functools import cache, partial
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from cards import CARD, COMPARED, NONE
from generated import ROOT, settle
from networks import pinned

from gridbench.bench.actions_file import read_actions
from gridbench.bench.evidence import Evidence
from gridbench.bench.ladder import CAPTION, HEAD, ladder
from gridbench.bench.metrics import measure
from gridbench.bench.world import World
from gridbench.diagram import draw_scenario
from gridbench.networks.phases import simulated
from gridbench.networks.published import UNBALANCED, published, solution
from gridbench.physics.unbalanced import Band
from gridbench.plant.three_phase_flow import published_flow
from gridbench.policies.table import LEARNT
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gridbench.bench.ladder import Rung
    from gridbench.bench.record import Scores

    Tables = dict[str, Callable[[], str]]

HOME = ROOT / "scenarios"
SCENARIO = "ieee34_ieee13-v1"
MPC = ("mpc_persistence", "mpc", "stochastic_mpc", "mpc_perfect")
POLICIES = ("random", "idle", "rule", "shielded:rule", *LEARNT, *MPC, "foresight")
JUDGED = ("idle", "rule", "shielded:rule", "mappo_lagrangian", "foresight")
"""Those of the compared policies whose violations are told for every scenario."""


@cache
def evidence(scenario: str) -> Evidence:
    """Return what is known of a scenario's test days."""
    return Evidence(load_scenario(scenario), ROOT / "results")


@cache
def rungs() -> list[Rung]:
    """Return all scenarios, from the smallest up."""
    return ladder()


def grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table, the first column to the left."""
    rule = "|---|" + "--:|" * (len(head) - 1)
    first, *others = ("| " + " | ".join(cells) + " |" for cells in (head, *rows))
    return [first, rule, *others]


def steps(home: str = "") -> str:
    """Return the ladder, each scenario with a link to its card from `home`."""
    rows = [(f"[{one.id}]({home}scenarios/{one.id}/CARD.md)", *one.cells()[1:]) for one in rungs()]
    return "\n".join([*grid(HEAD, rows), "", f"{CAPTION[0].upper()}{CAPTION[1:]}. (`gridbench list scenarios`)"])


def scenarios() -> str:
    """Return what a few policies cost and violate in each scenario."""
    head = ("scenario", "bound", *COMPARED, "score of rule", *(f"violating: {policy}" for policy in JUDGED))
    rows = []
    for one in rungs():
        known = evidence(one.id)
        found = {policy: record.scores for policy in COMPARED if (record := known.record(policy))}
        bound = f"{mean(day.bound_usd for day in known.certified):.2f}" if known.certified else NONE
        costs = [f"{found[policy].cost_usd_mean:.2f}" if policy in found else NONE for policy in COMPARED]
        score = f"{found['rule'].score_iqm:.4f}" if "rule" in found else NONE
        shares = [f"{100 * found[policy].violating_steps_share:.2f}" if policy in found else NONE for policy in JUDGED]
        rows.append((one.id, bound, *costs, score, *shares))
    caption = (
        "Over the test days of each scenario: usd a day (means), the interquartile mean of the score, and violating steps in %. "
        f"{NONE}: no record of all test days. (`python docs/tables.py`)"
    )
    return "\n".join([*grid(head, rows), "", caption])


def standing() -> str:
    """Return the table of all policies, one row each."""
    head = ("policy", "cost, usd a day", "above the bound, %", "score", "violating steps, %", "worst voltage, pu",
            "worst loading, %", "ms a decision")  # fmt: skip
    known, rows = evidence(SCENARIO), []
    for policy in POLICIES:
        record = known.record(policy)
        rows.append((policy, *(_standing(record.scores) if record else [NONE] * (len(head) - 1))))
    bound = f"{mean(day.bound_usd for day in known.certified):.2f}" if known.certified else NONE
    caption = (
        f"Over the test days of `{SCENARIO}`: means (of decisions over a day too), the score an interquartile mean; "
        f"the bound is {bound} usd a day. "
        "What `mpc_perfect` and `foresight` know of the day no policy can know. (`python docs/tables.py`)"
    )
    return "\n".join([*grid(head, rows), "", caption])


def _standing(s: Scores) -> list[str]:
    return [
        f"{s.cost_usd_mean:.2f}", f"{100 * s.gap_to_bound_mean:.2f}", f"{s.score_iqm:.4f}",
        f"{100 * s.violating_steps_share:.2f}", f"{s.worst_voltage_pu:.4f}", f"{100 * s.worst_loading_pu:.1f}",
        _ms(s.seconds_per_decision),
    ]  # fmt: skip


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f}" if seconds >= 0.01 else f"{1000 * seconds:.3f}"


def agreement() -> str:
    """Return how far the unbalanced flow is from OpenDSS and from the published solutions, by feeder."""
    rows = ["| feeder | nodes | furthest from OpenDSS, pu | furthest from the published voltages, pu | losses, kW (published) |",
            "|---|--:|--:|--:|--:|"]  # fmt: skip
    for name in UNBALANCED:
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
    known, days = evidence(SCENARIO), 8
    scenario, split = known.scenario, known.scenario.split("test")
    worlds = World(scenario), World(scenario, "three_phase")
    rows = ["| policy | usd a day, balanced | unbalanced | violating steps, %, balanced | unbalanced | voltages there, pu |",
            "|---|--:|--:|--:|--:|--:|"]  # fmt: skip
    for policy in ("idle", "rule", "mappo", "foresight"):
        record = known.record(policy)
        if record is None:
            rows.append(f"| {policy} |" + f" {NONE} |" * 5)
            continue
        asks = read_actions(known.folder(policy), record.protocol.seeds, known.days, worlds[0].asks, scenario.steps)[0]
        runs = [[world.replay("test", day, asks[known.days.index(day)]) for day in split.days[:days]] for world in worlds]
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


def pages() -> dict[Path, Tables]:
    """Return the tables by mark, by page."""
    found: dict[Path, Tables] = {
        ROOT / "docs" / "three_phase.md": {"agreement": agreement, "unbalanced": unbalanced},
        ROOT / "docs" / "scenarios.md": {"ladder": partial(steps, "../")},
        ROOT / "README.md": {"standing": standing, "ladder": steps, "scenarios": scenarios},
    }
    for one in rungs():
        found[HOME / one.id / "CARD.md"] = {mark: partial(part, evidence(one.id)) for mark, part in CARD.items()}
    return found


def filled(text: str, tables: Tables) -> str:
    """Return a page with the text between its marks replaced."""
    for name, table in tables.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)"
        text = re.sub(pattern, lambda found, table=table: f"{found[1]}{table()}\n{found[2]}", text, flags=re.DOTALL)
    return text


def pictures() -> dict[Path, bytes]:
    """Return the picture of every scenario by its path; none under another matplotlib than the pinned one: its bytes differ."""
    found = {}
    with TemporaryDirectory() as folder:
        for one in rungs() if pinned() else ():
            path = Path(folder) / f"{one.id}.svg"
            draw_scenario(evidence(one.id).scenario, path)
            found[HOME / one.id / "picture.svg"] = path.read_bytes()
    return found


def main(arguments: list[str]) -> int:
    """Write the pages and the pictures, or compare them."""
    written = {page: filled(page.read_text(encoding="utf-8"), tables).encode() for page, tables in pages().items()} | pictures()
    return settle(written, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
