"""Writes the tables of README.md and of a scenario's CARD.md out of the records in results/ and the published intervals.

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


PAGES = {
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
