"""Running policies over the days and seeds of scenarios, each into a record."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench import intervals
from gridbench.bench.actions_file import write_actions
from gridbench.bench.files import write_text
from gridbench.bench.harness import harness
from gridbench.bench.journal import Journal
from gridbench.bench.pieces import finished, pieces_of, play_piece
from gridbench.bench.plan import Plan, first_days, first_seeds, named_policy
from gridbench.bench.progress import Progress, progress
from gridbench.bench.record import FILE, Record, read_record, write_record
from gridbench.bench.rows import format_rows
from gridbench.bench.scoring import anchor_costs, bound_part, scored_rows
from gridbench.bench.spread import over_cluster, over_processes
from gridbench.bench.summary import summarise
from gridbench.bench.world import World
from gridbench.errors import InvalidInput
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gridbench.bench.journal import Finished
    from gridbench.bench.record import PlantName
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
    jobs: int = 1,
) -> Outcome:
    """Run a policy and write record.json, episodes.csv and actions.npz into `out` (runs/<scenario>/<policy> by default).

    With the plant "three_phase" the policy acts in the balanced plant, and what it did is judged on the unbalanced network
    (`plant.three_phase_plant`); the default place is then runs/<scenario>/<policy>.three_phase, and the bound is indicative.
    `days` counts from the start of the split. Every finished episode is kept at once; `resume` plays what is missing. With
    more than one of `jobs` the episodes are spread over processes, for which scenario and policy must be given by name.
    Raises UnknownName, InvalidInput, StorageError, SolverError; BoundError where a cost is below its certified bound.
    """
    plan = make_plan(scenario, policy, split, days, seeds, plant)
    folder = Path(out) if out is not None else plan.folder
    return run_all([(plan, folder)], resume=resume, quiet=quiet, jobs=jobs)[0]


def run_all(
    plans: Sequence[tuple[Plan, Path]], *, resume: bool = False, quiet: bool = False, jobs: int = 1, ray: str | None = None
) -> list[Outcome]:
    """Run plans, each into its folder, and return the outcomes in their order; raises as `run`.

    Scenario x policy x seed x day are spread over `jobs` processes, or over the Ray cluster at an address. A folder with the
    finished record of its plan is left as it is; one with a record of something else is refused before anything is played.
    """
    kept = [_kept(folder, plan) for plan, folder in plans]
    with ExitStack() as open_journals:
        journals: dict[int, Journal] = {}
        for i, (plan, folder) in enumerate(plans):
            if kept[i] is None:
                journals[i] = Journal(folder, plan.identity).open(resume=resume)
                open_journals.callback(journals[i].close)
                kept[i] = _kept(folder, plan)  # another process may have finished it just now
        unfinished = {i: journal for i, journal in journals.items() if kept[i] is None}
        _play([plan for plan, _ in plans], unfinished, quiet=quiet, jobs=jobs, ray=ray)
        for i, journal in unfinished.items():
            kept[i] = _finish(*plans[i], journal, quiet=quiet)
        for journal in journals.values():
            journal.remove()
    return [Outcome(record, folder) for record, (_, folder) in zip(kept, plans, strict=True) if record is not None]


def make_plan(
    scenario: Scenario | str,
    policy: Policy | str,
    split: str,
    days: int | None,
    seeds: int | None,
    plant: PlantName = "balanced",
) -> Plan:
    """Return the plan of a run from names or objects; raises UnknownName, InvalidInput."""
    names = (scenario, policy) if isinstance(scenario, str) and isinstance(policy, str) else None
    loaded = load_scenario(scenario) if isinstance(scenario, str) else scenario
    wanted = first_days(loaded, split, days)
    made = named_policy(policy, loaded) if isinstance(policy, str) else policy
    return Plan(loaded, made, split, wanted, first_seeds(made, seeds), plant, names)


def _kept(folder: Path, plan: Plan) -> Record | None:
    """Return the finished record of this very plan, if it is there: played again it would be the same."""
    if not (folder / FILE).exists():
        return None
    record = read_record(folder)
    if (record.scenario, record.policy, record.protocol) == plan.parts:
        return record
    fault = "a finished record is here, of another scenario, policy, version, split, days, seeds or plant"
    raise InvalidInput(str(folder), [f"{fault}: choose another --out, or remove it"])


def _play(plans: Sequence[Plan], journals: dict[int, Journal], *, quiet: bool, jobs: int, ray: str | None) -> None:
    """Play what the journals miss, and keep each piece as soon as it is done."""
    missing = {i: journal.missing(plans[i].episodes) for i, journal in journals.items()}
    what = f"{plans[0].policy.name} in {plans[0].scenario.id}" if len(plans) == 1 else f"{len(plans)} runs"
    with Progress(sum(map(len, missing.values())), what, quiet=quiet) as shown:
        for i, episodes in _results(plans, missing, jobs, ray):
            journals[i].add(episodes)
            shown.add(len(episodes))


def _results(
    plans: Sequence[Plan], missing: dict[int, list[tuple[int, int]]], jobs: int, ray: str | None
) -> Iterator[tuple[int, list[Finished]]]:
    if ray is None and jobs == 1:
        for i, pairs in missing.items():
            plan = plans[i]
            world = World(plan.scenario, plan.plant)
            yield from ((i, finished(world, plan.policy, plan.split, seed, days)) for seed, days in plan.pieces(pairs))
        return
    pieces = [piece for i, pairs in missing.items() for piece in pieces_of(i, plans[i], pairs)]
    if ray is not None:
        yield from over_cluster(play_piece, pieces, ray)
    elif pieces:
        yield from over_processes(play_piece, pieces, min(jobs, len(pieces)))


def _finish(plan: Plan, folder: Path, journal: Journal, *, quiet: bool) -> Record:
    """Score the episodes of a journal and write the record's files; record.json comes last, and says that all is there."""
    world = World(plan.scenario, plan.plant)
    found = [intervals.interval(plan.scenario, plan.split, day) for day in progress(plan.days, "bounds", quiet=quiet)]
    kept = journal.episodes()
    done = [kept[pair] for pair in plan.episodes]
    rows = scored_rows(done, {one.day: one for one in found}, anchor_costs(world, plan.split, plan.days), plan.plant)
    asks = np.stack([episode.asks for episode in done]).reshape(len(plan.seeds), len(plan.days), plan.scenario.steps, -1)
    write_text(folder / "episodes.csv", format_rows(rows))
    write_actions(folder, sorted(plan.seeds), sorted(plan.days), world.asks, asks)
    scenario, policy, protocol = plan.parts
    record = Record(
        scenario=scenario,
        policy=policy,
        protocol=protocol,
        bound=bound_part(found, plan.plant),
        harness=harness(plan.policy.isolation),
        scores=summarise(rows),
        failures=tuple(one.failure for one in done if one.failure is not None),
        notes=_noted(done),
    )
    write_record(folder, record)
    return record


def _noted(done: Sequence[Finished]) -> dict[str, float] | None:
    """Return the mean of each note over the episodes, 0 where an episode has none; None where no episode has any."""
    names = dict.fromkeys(name for one in done for name in one.notes)
    return {name: float(np.mean([one.notes.get(name, 0.0) for one in done])) for name in names} or None
