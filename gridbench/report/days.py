"""Days of a policy beside the oracle's schedule: powers, stored energy, voltages, price, money."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench.series_of import powers
from gridbench.drawing import courses, shown_kind
from gridbench.html import DAY_TICKS, Axis, Cell, Column, Curve, Row, Rule, lines, stacks, steps, table
from gridbench.physics.terms import MONEY
from gridbench.report.breaches import BLACKOUT
from gridbench.report.ledger import by_hour
from gridbench.report.money import CENT_USD, hourly, largest
from gridbench.report.words import clock, day_ends, money_cell, usd, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gridbench.bench.trajectory import Trajectory
    from gridbench.report.case import Case
    from gridbench.report.findings import Findings, Shown
    from gridbench.scenario.scenario import Columns, Scenario

    Floats = NDArray[np.float64]

MOST_LAYERS, MOST_STORES, MOST_LINES = 8, 4, 8
HOURS = "hour of the day (h)"
NAN = math.nan


def days(case: Case, found: Findings) -> str:
    """Return the section as HTML."""
    return "".join(_day(case, found, one) for one in found.shown)


def _day(case: Case, found: Findings, one: Shown) -> str:
    scenario, row = case.scenario, case.rows[one.seed, one.day]
    columns = scenario.window(case.split, one.day)
    seed = f", seed {one.seed}" if len(case.seeds) > 1 else ""
    costs = f"{usd(row['cost_usd'])} usd, the oracle's schedule {usd(row['witness_usd'])} usd, bound {usd(row['bound_usd'])} usd"
    charts = [
        *_powers(scenario, columns, one),
        *_energies(scenario, one),
        _voltages(scenario, one),
        _price(scenario, columns),
        hourly("Money lost against the oracle, by hour", by_hour(scenario, one.lost), largest(found)),
    ]
    return (
        f'<h3 id="day-{one.day}">Day {one.day}{seed}: score {row["score"]:.4f}</h3><p>{costs}.{_told(found, one)}</p>'
        f'<div class="charts">{"".join(charts)}</div>{_largest(found.places, one.lost.sum(axis=0))}'
    )


def _told(found: Findings, one: Shown) -> str:
    """Return in words how often limits were passed, and when the grid was dark."""
    own = [breach for breach in found.breaches if (breach.seed, breach.day) == (one.seed, one.day)]
    dark = [f"{clock(breach.begin_h)} to {clock(breach.end_h)}" for breach in own if breach.kind == BLACKOUT]
    kinds = {kind: sum(breach.kind == kind for breach in own) for kind in dict.fromkeys(breach.kind for breach in own)}
    passed = [f"{words(kind)} {count}" for kind, count in kinds.items() if kind != BLACKOUT]
    told = f" Violations: {', '.join(passed)}." if passed else ""
    return told + (f" Dark from {', '.join(dark)}." if dark else "")


def _powers(scenario: Scenario, columns: Columns, one: Shown) -> list[str]:
    """Return the stacks of policy and oracle, on one scale and in the same colours."""
    runs = {"The policy": one.policy.run, "The oracle": one.oracle.run}
    curves = {name: powers(scenario, columns, run) for name, run in runs.items()}
    demands = {name: found.pop("demand") for name, found in curves.items()}
    layers = {name: _layers(scenario, found) for name, found in curves.items()}
    names = list(dict.fromkeys(name for found in layers.values() for name in found))
    stacked = [power for found in layers.values() for power in _heights(list(found.values()), scenario.steps)]
    heights = np.concatenate([*stacked, *demands.values()])
    room = 0.05 * float(heights.max() - heights.min() or 1.0)
    up = Axis("power into the network (MW)", float(heights.min()) - room, float(heights.max()) + room)
    return [
        stacks(
            f"{name}: powers",
            day_ends(scenario),
            [Curve(layer, found[layer].tolist(), colour=names.index(layer)) for layer in names if layer in found],
            across=_across(scenario),
            up=up,
            over=[Curve("demand served", demands[name].tolist())],
        )
        for name, found in layers.items()
    ]


def _layers(scenario: Scenario, curves: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the powers by device, by kind of device where they are many."""
    many = sum(device.name != scenario.tie.name for device in scenario.devices if _injects(device.kind)) >= MOST_LAYERS
    found: dict[str, Floats] = {}
    for device in scenario.devices:
        if device.name in curves:
            name = words(shown_kind(device)) if many else device.name
            found[name] = found.get(name, np.zeros(scenario.steps)) + curves[device.name]
    return found


def _injects(kind: str) -> bool:
    return kind not in {"load", "regulator", "capacitor_bank"}


def _heights(layers: list[Floats], count: int) -> list[Floats]:
    """Return how far a stack reaches up and down."""
    whole = np.stack(layers) if layers else np.zeros((1, count))
    return [np.maximum(whole, 0.0).sum(axis=0), np.minimum(whole, 0.0).sum(axis=0)]


def _energies(scenario: Scenario, one: Shown) -> list[str]:
    """Return the stored energy, of each storage where they are few, else of all together; nothing where there is none."""
    ends = day_ends(scenario)
    found: list[Curve] = []
    for dash, (name, run) in enumerate((("policy", one.policy.run), ("oracle", one.oracle.run))):
        stores = courses(scenario, run.states, "energy_mwh")
        if len(stores) > MOST_STORES:
            stores = {f"all {len(stores)} storages": np.sum(list(stores.values()), axis=0)}
        for i, (store, stored) in enumerate(stores.items()):
            found.append(Curve(f"{store}, {name}", stored.tolist(), colour=i, dash=2 * dash))
    if not found:
        return []
    across, up = _across(scenario), Axis("stored energy (MWh)", 0.0)
    return [lines("Stored energy", ends, found, across=across, up=up)]


def _voltages(scenario: Scenario, one: Shown) -> str:
    band = scenario.voltage
    curves = [
        Curve(f"{name}: lowest to highest", [NAN] * scenario.steps, *_range(run), colour=colour)
        for name, run, colour in (("policy", one.policy.run, 1), ("oracle", one.oracle.run, 0))
    ]
    rules = [Rule(f"band {band.v_min_pu:g} to {band.v_max_pu:g} pu", edge) for edge in (band.v_min_pu, band.v_max_pu)]
    return steps("Voltages", day_ends(scenario), curves, across=_across(scenario), up=Axis("voltage (pu)"), rules=rules)


def _range(run: Trajectory) -> tuple[list[float], list[float]]:
    """Return the lowest and the highest voltage of all places but the root, NaN in the dark."""
    lit = np.where(run.blackout[:, None], NAN, run.v_pu)[:, 1:]
    return lit.min(axis=1).tolist(), lit.max(axis=1).tolist()


def _price(scenario: Scenario, columns: Columns) -> str:
    price = [Curve("wholesale price", columns[scenario.tie.price].tolist())]
    return steps("Price", day_ends(scenario), price, across=_across(scenario), up=Axis("price (usd/MWh)"))


def _across(scenario: Scenario) -> Axis:
    return Axis(HOURS, 0.0, scenario.steps * scenario.step_h, DAY_TICKS)


def _largest(places: tuple[str, ...], lost: Floats) -> str:
    """Return a table of the places and components (places, components) that lost or saved the most."""
    order = np.argsort(-np.abs(lost).ravel(), kind="stable")[:MOST_LINES]
    pairs = [(int(i) // len(MONEY), int(i) % len(MONEY)) for i in order]
    shown = [(i, k) for i, k in pairs if abs(lost[i, k]) >= CENT_USD]
    rows = [Row([Cell(places[i]), Cell(words(MONEY[k])), money_cell(float(lost[i, k]))]) for i, k in shown]
    columns = [
        Column("place", "A device, a bus, a branch, or the whole grid where it is dark.", number=False),
        Column("component", "Of the money.", number=False),
        Column("lost usd", "What the policy paid more than the oracle's schedule; below zero: less."),
    ]
    return table(columns, [("", rows)], caption="Where the day's money was lost or saved, the largest first") if rows else ""
