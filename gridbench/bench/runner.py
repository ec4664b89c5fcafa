"""Running a policy over the days and seeds of a scenario, episode by episode, into a record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench import intervals
from gridbench.bench import score as scoring
from gridbench.bench.actions_file import write_actions
from gridbench.bench.episode import play
from gridbench.bench.files import write_text
from gridbench.bench.harness import harness
from gridbench.bench.journal import Finished, Journal
from gridbench.bench.plan import Plan, first_days, first_seeds, named_policy
from gridbench.bench.progress import progress
from gridbench.bench.record import FILE, BoundPart, Record, bound_is, read_record, write_record
from gridbench.bench.rows import format_rows
from gridbench.bench.summary import summarise
from gridbench.bench.world import World
from gridbench.errors import InvalidInput
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.bench.record import PlantName
    from gridbench.oracle.dispatch import Dispatch
    from gridbench.policies import Policy
    from gridbench.scenario.scenario import Scenario


@dataclass(frozen=True)
class Outcome:
    """A finished run: its record, and the folder that holds it."""

    record: Record
    folder: Path


def run(  # noqa: PLR0913 - a run has that many choices
    scenario: Scenario | str,
    policy: Policy | str,
    *,
    split: str = "test",
    days: int | None = None,
    seeds: int | None = None,
    plant: PlantName = "balanced",
    out: Path | str | None = None,
    resume: bool = False,
    quiet: bool = False,
) -> Outcome:
    """Run a policy and write record.json, episodes.csv and actions.npz into `out` (runs/<scenario>/<policy> by default).

    With the plant "three_phase" the policy acts in the balanced plant, and what it did is judged on the unbalanced network
    (`plant.three_phase_plant`); the default place is then runs/<scenario>/<policy>.three_phase, and the bound is indicative.
    `days` counts from the start of the split. Every finished episode is kept at once; `resume` plays what is missing.
    Raises UnknownName, InvalidInput, StorageError, SolverError; BoundError where a cost is below its certified bound.
    """
    plan = make_plan(scenario, policy, split, days, seeds, plant)
    folder = Path(out) if out is not None else plan.folder
    if (folder / FILE).exists():
        return Outcome(_kept(folder, plan), folder)
    world = World(plan.scenario, plan.plant)
    found = [intervals.interval(plan.scenario, split, day) for day in progress(plan.days, "bounds", quiet=quiet)]
    journal = Journal(folder, plan.identity)
    journal.open(resume=resume)
    for seed, day in progress(journal.missing(plan.episodes), f"{plan.policy.name} in {plan.scenario.id}", quiet=quiet):
        episode = play(world, plan.policy, split, day, seed)
        journal.add(episode.finished(plan.scenario, plan.scenario.window(split, day)))
    record = _finish(plan, world, journal, folder, found)
    journal.close()
    return Outcome(record, folder)


def make_plan(
    scenario: Scenario | str,
    policy: Policy | str,
    split: str,
    days: int | None,
    seeds: int | None,
    plant: PlantName = "balanced",
) -> Plan:
    """Return the plan of a run from names or objects; raises UnknownName, InvalidInput."""
    loaded = load_scenario(scenario) if isinstance(scenario, str) else scenario
    wanted = first_days(loaded, split, days)
    made = named_policy(policy, loaded) if isinstance(policy, str) else policy
    return Plan(loaded, made, split, wanted, first_seeds(made, seeds), plant)


def _kept(folder: Path, plan: Plan) -> Record:
    """Return the finished record of this very plan: the same plan gives the same bytes, so there is nothing to play."""
    record = read_record(folder)
    if (record.scenario, record.policy, record.protocol) == plan.parts:
        return record
    fault = "a finished record is here, of another scenario, policy, version, split, days, seeds or plant"
    raise InvalidInput(str(folder), [f"{fault}: choose another --out, or remove it"])


def _finish(plan: Plan, world: World, journal: Journal, folder: Path, found: Sequence[Dispatch]) -> Record:
    done = [episode for seed, day in plan.episodes if (episode := journal.get(seed, day))]
    anchors = anchor_costs(world, plan.split, plan.days)
    rows = scored_rows(done, {one.day: one for one in found}, anchors, plan.plant)
    shape = (len(plan.seeds), len(plan.days), plan.scenario.steps, -1)
    asks = np.stack([episode.asks for episode in done]).reshape(shape)
    write_text(folder / "episodes.csv", format_rows(rows))
    write_actions(folder, sorted(plan.seeds), sorted(plan.days), world.asks, asks)
    scenario, policy, protocol = plan.parts
    record = Record(
        scenario=scenario,
        policy=policy,
        protocol=protocol,
        bound=bound_part(found, plan.plant),
        harness=harness(),
        scores=summarise(rows),
    )
    write_record(folder, record)
    return record


def bound_part(found: Sequence[Dispatch], plant: PlantName = "balanced") -> BoundPart:
    """Return what a record states of the intervals it leans on."""
    gap = float(np.median([one.gap for one in found]))
    formulation, digest = str(found[0].formulation), intervals.digest(found)
    return BoundPart(formulation=formulation, digest=digest, median_gap=gap, bound_is=bound_is(plant))


def anchor_costs(world: World, split: str, days: Sequence[int]) -> dict[int, float]:
    """Return what the scenario's anchor policy costs by day (usd)."""
    anchor = named_policy(world.scenario.anchor, world.scenario)
    return {day: float(play(world, anchor, split, day, 0).trajectory.cost_usd.sum()) for day in days}


def scored_rows(
    done: Sequence[Finished], found: dict[int, Dispatch], anchors: dict[int, float], plant: PlantName = "balanced"
) -> list[dict[str, float]]:
    """Return the rows of episodes.csv; raises BoundError with every episode that costs less than its certified bound."""
    cost, bound, anchor = (
        np.array([number(one) for one in done])
        for number in (lambda e: e.numbers["cost_usd"], lambda e: found[e.day].bound_usd, lambda e: anchors[e.day])
    )
    broken = np.flatnonzero(scoring.below_bound(cost, bound)).tolist()
    if broken and bound_is(plant) == "certified":
        listed = [f"seed {done[i].seed}, day {done[i].day}: cost {cost[i]:.9g} < bound {bound[i]:.9g} usd" for i in broken]
        raise scoring.BoundError(listed)
    scores = scoring.score(cost, bound, anchor)
    return [
        {
            **one.numbers,
            "seed": one.seed,
            "day": one.day,
            "bound_usd": float(bound[i]),
            "witness_usd": float(found[one.day].witness_usd),
            "anchor_usd": float(anchor[i]),
            "score": float(scores[i]),
        }
        for i, one in enumerate(done)
    ]
