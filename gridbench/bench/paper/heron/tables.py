"""The tables of the case study, of records alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench.paper.heron.plan import LEVELS, SIGHT
from gridbench.bench.paper.heron.shelf import Shelf, gap, spread, steps_to_learn
from gridbench.text import aligned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gridbench.bench.paper.heron.record import Days, Learnt, Trained

Rows = list[tuple[str, ...]]
HEADER = "cost, usd", "gap, %", "violating, %", "renewable, %", "steps to 90 %", "seeds"
NOTHING = "-"


def observability(shelf: Shelf) -> Rows:
    """What is lost where less is visible: trained and tested under one level; below, what needs no training and the bound."""
    rows = [(level, *_trained(shelf, SIGHT[level], level)) for level in reversed(LEVELS)]
    return [("visible", *HEADER), *rows, *_references(shelf)]


def mismatch(shelf: Shelf) -> Rows:
    """What the policies of each level cost (usd) and how often they violate (% of steps) under every level."""
    rows: Rows = [("trained", "measure", *(f"tested {level}" for level in reversed(LEVELS)), "seeds")]
    for level in reversed(LEVELS):
        found = shelf.trainings.get(SIGHT[level], [])
        for measure, number, places in (("cost, usd", _cost, 1), ("violating, %", _violating, 2)):
            by_test = [[number(one.tested[test]) for one in found] for test in reversed(LEVELS)]
            cells = [spread(numbers, places) if numbers else NOTHING for numbers in by_test]
            rows.append((level, measure, *cells, str(len(found))))
    return rows


def protocols(shelf: Shelf) -> Rows:
    """How the heads of the microgrids speak to their devices: by setpoints, by prices, by trades, or not at all."""
    named = {"setpoint": "mappo", "price": "price", "peer-to-peer": "peer_to_peer", "none": "none"}
    rows = [(protocol, *_trained(shelf, name, "system")) for protocol, name in named.items()]
    return [("protocol", *HEADER), *rows, *_references(shelf)]


def algorithms(shelf: Shelf) -> Rows:
    """What learns: multi-agent PPO, independent PPO, and PPO with a price on violations."""
    rows = [(name, *_trained(shelf, name, "system")) for name in ("mappo", "ippo", "mappo_lagrangian")]
    return [("algorithm", *HEADER), *rows, *_references(shelf)]


def timing(shelf: Shelf) -> Rows:
    """What clocks cost a policy that was trained in step mode; times in seconds, of microgrids and operator where they differ."""
    rows: Rows = [("schedule", "cost, usd", "to synchronous, %", "violating, %", "devices", "above them")]
    still = shelf.timings.get("synchronous")
    for name, one in sorted(shelf.timings.items(), key=lambda item: _order(item[0])):
        more = NOTHING if still is None else f"{100.0 * (_cost(one.days) / _cost(still.days) - 1.0):+z.2f}"
        numbers = f"{_cost(one.days):.2f}", more, f"{_violating(one.days):.2f}"
        devices, *above = (_short(one.schedule[who]) for who in ("devices", "microgrids", "operator"))
        rows.append((name, *numbers, devices, "; ".join(dict.fromkeys(above))))
    return rows


def scalability(shelf: Shelf) -> Rows:
    """How step and learning grow with microgrids and devices; flat: one agent for all, hierarchical: one a microgrid."""
    learning = "steps", "first, usd", "last, usd", "learnt, %", "seconds"
    rows: Rows = [("grid", "shape", "agents", "buses", "step, us", *learning)]
    for name, one in sorted(shelf.scales.items(), key=lambda item: (item[1].microgrids, item[1].shape)):
        sizes = f"{one.microgrids} x {one.devices}", one.shape, str(one.agents), str(one.buses), f"{1e6 * one.step_s:.1f}"
        rows.append((*sizes, *_learnt(shelf.learnt.get(name))))
    return rows


TABLES: dict[str, Callable[[Shelf], Rows]] = {
    "observability": observability,
    "mismatch": mismatch,
    "protocols": protocols,
    "algorithms": algorithms,
    "timing": timing,
    "scalability": scalability,
}
"""The tables by name."""


def text(shelf: Shelf, tables: Iterable[str]) -> str:
    """Return tables for readers, each below its name."""
    return "\n".join(f"{name}\n{aligned(TABLES[name](shelf))}" for name in tables)


def document(shelf: Shelf, tables: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """Return tables for machines: a list of rows by column."""
    found = {name: TABLES[name](shelf) for name in tables}
    return {name: [dict(zip(rows[0], row, strict=True)) for row in rows[1:]] for name, rows in found.items()}


def _trained(shelf: Shelf, name: str, level: str) -> tuple[str, ...]:
    """Return the cells of a training, of as many seeds as there are."""
    found = shelf.trainings.get(name, [])
    if not found:
        return (*[NOTHING] * 5, "0")
    days = [_tested(one, level) for one in found]
    learnt = [steps for one in found if (steps := steps_to_learn(one.curve)) is not None]
    return (
        spread([_cost(one) for one in days], 1),
        spread([100.0 * gap(one, shelf.bound_usd) for one in days], 2),
        spread([_violating(one) for one in days], 2),
        spread([_renewable(one) for one in days], 2),
        spread(learnt, 0) if learnt else NOTHING,
        str(len(found)),
    )


def _learnt(one: Learnt | None) -> tuple[str, ...]:
    """Return the cells of a short training."""
    if one is None:
        return (NOTHING,) * 5
    first, last = one.curve[0].cost_usd, one.curve[-1].cost_usd
    return str(one.steps), f"{first:.1f}", f"{last:.1f}", f"{100.0 * (1.0 - last / first):+z.2f}", f"{one.seconds:.0f}"


def _tested(one: Trained, level: str) -> Days:
    """Return the test days under a level; one that was tested under its own alone has no other."""
    return one.tested[level] if level in one.tested else next(iter(one.tested.values()))


def _references(shelf: Shelf) -> Rows:
    rows: Rows = []
    for name, one in shelf.references.items():
        numbers = f"{_cost(one.days):.1f}", f"{100.0 * gap(one.days, shelf.bound_usd):.2f}", f"{_violating(one.days):.2f}"
        rows.append((name, *numbers, f"{_renewable(one.days):.2f}", NOTHING, NOTHING))
    witness_usd = float(np.mean(shelf.reference.witness_usd))
    best = f"{witness_usd:.1f}", f"{100.0 * (witness_usd / shelf.bound_usd - 1.0):.2f}"
    rows.append(("oracle's schedule", *best, *[NOTHING] * 4))
    return [*rows, ("certified bound", f"{shelf.bound_usd:.1f}", "0.00", *[NOTHING] * 4)]


def _short(words: str) -> str:
    """Return a timing in fewer words: what an agent sees, does and tells is so many seconds late."""
    for long, short in (("tick_s", "tick"), ("observation_s", "see"), ("action_s", "act"), ("message_s", "tell")):
        words = words.replace(long, short)
    return words


def _order(name: str) -> tuple[bool, str, list[float]]:
    """Return what timings are sorted by: profiles first, then sweeps by their values."""
    what, _, value = name.partition("-")
    return bool(value), what, [float(one) for one in value.split("_")] if value else []


def _cost(days: Days) -> float:
    return float(np.mean(days.cost_usd))


def _violating(days: Days) -> float:
    return 100.0 * float(np.mean(days.violating))


def _renewable(days: Days) -> float:
    return 100.0 * float(np.mean(days.renewable or (np.nan,)))
