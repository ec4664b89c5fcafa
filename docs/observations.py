"""Writes docs/observations.md: what the agents of the first scenario see and do, from the code itself.

python docs/observations.py            # write
python docs/observations.py --check    # exit code 1 where the page is stale
"""

from __future__ import annotations

import sys
from pathlib import Path

from gridbench.envs.batch import BatchEnv
from gridbench.scenario.catalogue import load_scenario

PAGE = Path(__file__).with_name("observations.md")
SCENARIO = "ieee34_ieee13"
INTRODUCTION = """\
Written by `python docs/observations.py`. A value in its unit is `offset + scale * observed`; observed numbers are
clipped to [-5, 5]. Before the first step of a day voltages read 1 pu and flows 0. Actions are in [-1, 1]; powers are in MW
and Mvar, injection positive. The other microgrids (`mg_1`, `mg_2`) see and do the same with their own devices."""


def actions(env: BatchEnv, agent: str) -> str:
    """Return a markdown table of the actions of an agent."""
    lay = env.plant.layout
    rows = ["| # | ask | at -1 | at +1 | kind |", "|--:|---|--:|--:|---|"]
    own = [i for i, owner in enumerate(lay.ask_agents) if lay.agents[owner] == agent]
    for n, i in enumerate(own):
        span = lay.ask_spans[i]
        kind = "integer, equal bins" if span.integer else "linear"
        rows.append(f"| {n} | {lay.asks[i]} | {span.lo:g} | {span.hi:g} | {kind} |")
    return "\n".join(rows)


def page() -> str:
    """Return the page."""
    scenario = load_scenario(SCENARIO)
    env = BatchEnv(scenario, 1)
    parts = [
        f"# What agents see and do: {scenario.id}",
        INTRODUCTION,
    ]
    for agent in ("mg_0", "dso"):
        parts += [f"## {agent}: observation", env.observer.describe(agent), f"## {agent}: action", actions(env, agent)]
    return "\n\n".join(parts) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or compare it."""
    if "--check" in arguments:
        return 0 if PAGE.read_text() == page() else 1
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
