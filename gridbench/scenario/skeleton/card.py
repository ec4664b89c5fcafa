"""Card: the page about a new scenario, with what is known filled in and questions where its author must answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.physics.devices import Regulator, Renewable, Storage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.physics.devices import Generator
    from gridbench.scenario.check import Summary
    from gridbench.scenario.series.calendar import Calendar
    from gridbench.scenario.skeleton.ground import Ground
    from gridbench.scenario.skeleton.plan import Plan


def card(held: Summary, ground: Ground, planned: Plan, calendar: Calendar) -> str:
    """Return the text of CARD.md; lines that begin with "> Fill in" are the author's."""
    seeds = ", ".join(f"{year} {seed}" for year, seed in calendar.seeds().items())
    splits = ", ".join(f"{count} {name}" for name, count in held.days.items())
    return "\n".join([
        f"# {held.id}\n",
        f"{held.title}.\n",
        "> Fill in: whose grid this is, where it is, and what one sentence tells of it to a stranger.\n",
        "## What it asks of a controller\n",
        "> Fill in: what must be traded against what, and what makes it hard. Who are the agents, and what does each decide?\n",
        "## Sizes\n",
        *["```", *held.lines(), "```", f"(`gridbench check {held.id}/`; run it again after every edit, the digest changes)\n"],
        "## Data\n",
        f"Loads, solar and day-ahead prices are generated (`gridbench/scenario/series`, preset `{calendar.preset.name}`), a seed",
        "each year. They are not observations of any real place.\n",
        f"- seeds: {seeds}",
        f"- days: {splits}\n",
        "> Fill in: where data of your own come from, with their licence (`gridbench data import`, docs/data.md).\n",
        "## The network\n",
        *_network(ground),
        "## Sizes that were chosen, and why\n",
        *_chosen(ground, planned),
        "\n> Fill in: your own choices and their reasons; delete the rows of devices that you replaced.\n",
        "## What binds\n",
        "> Fill in: on how many test days which limit is broken under `idle`, `rule` and `foresight`. Where nothing binds, or",
        "> everything does, policies are told apart by little.\n",
        "## The oracle\n",
        "> Fill in: the certified gap over the test days, median and worst, and seconds a day",
        f"> (`gridbench solve --scenario {held.id}/ --split test --publish`).\n",
    ])  # fmt: skip


def _network(ground: Ground) -> Sequence[str]:
    """What is known of the network."""
    if not ground.own:
        return [f"The built-in network `{ground.network}`; its sources are in `gridbench/networks/data/SOURCES.md`.\n"]
    return [
        f"The tables in `{ground.network}`: one balanced line, positive-sequence impedances, nominal loads.\n",
        *(f"- {note}" for note in ground.notes),
        *([""] if ground.notes else []),
        "> Fill in: where the figures come from, and under which licence.\n",
    ]


def _chosen(ground: Ground, planned: Plan) -> Sequence[str]:
    """The sizes and their reasons as a table."""
    rows = [("tie", f"{planned.tie.rating_mva:g} MVA", "1.5 times the nominal apparent demand")]
    for one in planned.stepped:
        if isinstance(one, Regulator):
            rows.append((one.name, f"{one.position_max} positions each way", "a regulator or transformer of the network"))
        else:
            why = "the published capacitors, in steps" if ground.banks else "30 % of the reactive demand"
            rows.append((one.name, f"bus {one.bus}, {one.steps * one.step_mvar:g} Mvar", why))
    reasons = ("30 % of the nominal demand", "20 % of it for four hours", "half of it")
    for unit, reason in zip(planned.units, reasons, strict=True):
        rows.append((unit.name, f"bus {unit.bus}, {_size_mw(unit):g} MW", f"{reason}, if the branches to it have room"))
    rows += [(one.name, f"{one.p_rated_mw:g} MW", "generation in the network's data") for one in planned.plants]
    nominal = f"Nominal demand is {planned.demand_mw:.4g} MW at {len(ground.feeder.loads)} loads.\n"
    return [nominal, "| device | size | reason |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]


def _size_mw(unit: Generator | Storage | Renewable) -> float:
    """The most that a unit gives."""
    if isinstance(unit, Renewable):
        return unit.p_rated_mw
    return unit.power_mw if isinstance(unit, Storage) else unit.p_max_mw
