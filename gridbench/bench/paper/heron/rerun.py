"""Making the records: whatever of the plan has none yet, one after the other; an interruption loses one at most."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.bench.paper.heron.fleets import FLEETS
from gridbench.bench.paper.heron.plan import SCENARIO, SEEDS, SIGHT, SPLIT, STEPS, TRAININGS
from gridbench.bench.paper.heron.record import write
from gridbench.bench.paper.heron.references import POLICIES, referred
from gridbench.bench.paper.heron.scaling import SHAPES, learnt, scaled
from gridbench.bench.paper.heron.timing import chosen, schedules, timed
from gridbench.bench.paper.heron.training import record_of, train
from gridbench.errors import UnknownName
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pydantic import BaseModel

    from gridbench.bench.paper.heron.record import Trained

    Jobs = dict[str, Callable[[], BaseModel]]

WORK = Path("runs") / "paper" / "heron"
"""Where trainings stand while they run; one that was interrupted goes on from there."""
PROTOCOLS = ("mappo", "price", "peer_to_peer", "none")
ALGORITHMS = ("mappo", "ippo", "mappo_lagrangian")
NEEDED: dict[str, tuple[str, ...]] = {
    "observability": tuple(dict.fromkeys(SIGHT.values())),
    "mismatch": tuple(dict.fromkeys(SIGHT.values())),
    "protocols": PROTOCOLS,
    "algorithms": ALGORITHMS,
    "timing": (),
    "scalability": (),
}
"""The tables by name, and the trainings that each is made of."""


def tables_of(only: str | None) -> tuple[str, ...]:
    """Return the tables that a list with commas names, all of them for None; raises UnknownName."""
    names = tuple(NEEDED) if only is None else tuple(name.strip() for name in only.split(","))
    for name in names:
        if name not in NEEDED:
            raise UnknownName("table of the case study", name, NEEDED)
    return names


def jobs(tables: Sequence[str], results: Path, work: Path = WORK) -> Jobs:
    """Return what makes each record of some tables, by the record's name, in the order in which they are made."""
    scenario = load_scenario(SCENARIO)
    days = scenario.split(SPLIT).days
    found: Jobs = {f"reference-{policy}": partial(referred, policy, results) for policy in POLICIES}
    wanted = {name for table in tables for name in NEEDED[table]}
    found |= {
        f"{name}-{seed}": partial(_trained, name, seed, work, days) for seed in SEEDS for name in TRAININGS if name in wanted
    }
    if "timing" in tables:
        every = schedules(3600.0 * scenario.step_h)
        found |= {f"timing-{name}": partial(timed, name, one, chosen(days)) for name, one in every.items()}
    if "scalability" in tables:
        for what, make in (("scale", scaled), ("learn", learnt)):
            found |= {f"{what}-{one.name}_{shape}": partial(make, one, shape, work) for one in FLEETS for shape in SHAPES}
    return found


def rerun(todo: Jobs, records: Path) -> Iterator[str]:
    """Make the records that are missing, and yield the name of each as it is written; raises TrainingError, InvalidInput."""
    for name, make in todo.items():
        path = records / f"{name}.json"
        if not path.is_file():
            write(path, make())
            yield name


def _trained(name: str, seed: int, work: Path, days: Sequence[int]) -> Trained:
    folder = work / f"{name}-{seed}"
    train(folder, TRAININGS[name], seed, SCENARIO, STEPS)
    return record_of(folder, name, TRAININGS[name], seed, days)
