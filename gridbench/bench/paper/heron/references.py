"""What the tables lay trained policies beside: policies with a record in results/, and the certified intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.bench.files import read_text
from gridbench.bench.intervals import published
from gridbench.bench.paper.heron.plan import SCENARIO, SPLIT
from gridbench.bench.paper.heron.record import Days, Grid, Referred
from gridbench.bench.record import FILE, read_record
from gridbench.bench.rows import parse_rows
from gridbench.errors import InvalidInput
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from pathlib import Path

POLICIES = ("rule", "mpc")
"""Their records are laid beside what was trained: what needs no training, and what plans with forecasts."""


def referred(policy: str, results: Path) -> Referred:
    """Return a policy's test days from its record below `results`. Raises InvalidInput where that is of other days."""
    folder = results / SCENARIO / policy
    record, scenario = read_record(folder / FILE), load_scenario(SCENARIO)
    rows = parse_rows(read_text(folder / record.episodes), str(folder))
    days, found = tuple(int(row["day"]) for row in rows), published(scenario, SPLIT)
    if record.scenario.digest != scenario.digest or days != scenario.split(SPLIT).days or not set(days) <= set(found):
        raise InvalidInput(str(folder), [f"is no record of one seed on all test days of {SCENARIO}: run it again"])
    return Referred(
        name=f"reference-{policy}", grid=Grid(id=scenario.id, digest=scenario.digest, split=SPLIT, days=days),
        policy=record.policy.digest,
        days=Days(
            cost_usd=tuple(row["cost_usd"] for row in rows), violating=tuple(row["violating_steps_share"] for row in rows),
            renewable=tuple(min(1.0, row["renewable_used_share"]) for row in rows),
        ),
        bound_usd=tuple(found[day].bound_usd for day in days), witness_usd=tuple(found[day].witness_usd for day in days),
    )  # fmt: skip
