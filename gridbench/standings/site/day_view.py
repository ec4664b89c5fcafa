"""The view of a day: a policy beside the oracle, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.html import DAY_TICKS, Axis, Curve, Rule, escaped, lines, link, stacks, steps
from gridbench.standings.site.places import HOME, facts, view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.bench.course import Course
    from gridbench.bench.course import Curve as Numbers
    from gridbench.physics.devices import VoltageBand
    from gridbench.standings.entries import Entry
    from gridbench.standings.shown import ShownDay
    from gridbench.standings.site.places import Places

COLOURS = {"grid_tie": 7, "generator": 1, "wind": 2, "renewable": 4, "storage": 0, "ev_charger": 3, "flexible_load": 5}
"""The colour of each kind of device, in the order of the stack."""
NAMES = {"grid_tie": "grid", "renewable": "sun", "ev_charger": "car charging", "flexible_load": "flexible load"}
ORACLE = "oracle"
NAN = float("nan")


def day_view(entry: Entry, shown: ShownDay, all_shown: Sequence[ShownDay], places: Places) -> str:
    """Return the view of a day as HTML."""
    policy, part, row = entry.record.policy, entry.record.scenario, shown.row
    told = [
        ("cost", f"{row['cost_usd']:,.2f} usd; score {row['score']:.4f}"),
        ("certified", f"bound {row['bound_usd']:,.2f} usd, witness {row['witness_usd']:,.2f} usd"),
        ("anchor", f"{row['anchor_usd']:,.2f} usd"),
        ("violating steps", f"{100 * row['violating_steps_share']:.1f} %; {shown.course.dark_steps} steps in the dark"),
        ("episode", f"{escaped(part.split)} day {shown.day}, seed {shown.seed}: {shown.why} of {len(entry.days)} days"),
    ]
    others = "".join(
        f"<li>{link(places.day(entry, one.day), f'{one.why} day: {one.day}')}</li>" for one in all_shown if one.day != shown.day
    )
    note = "" if shown.oracle else "<p>The oracle's schedule of this day is not published: `gridbench solve --publish`.</p>"
    nav = f'<nav aria-label="Other days"><ul class="plain">{others}</ul></nav>' if others else ""
    body = f'{facts(told)}{nav}{note}<div class="charts">{"".join(charts(entry, shown))}</div>'
    above = [(HOME, "Leaderboard"), (places.scenario(part.id), part.id), (places.entry(entry), policy.name)]
    title, trail = f"{policy.name} on {part.id}, day {shown.day}", [*above, (None, f"day {shown.day}")]
    return view(places.day(entry, shown.day), title, trail, body)


def charts(entry: Entry, shown: ShownDay) -> list[str]:
    """Return the charts of a day as HTML."""
    own, best, name = shown.course, shown.oracle, entry.record.policy.name
    runs = [(name, own), *([(ORACLE, best)] if best is not None else [])]
    hours = Axis("hour of the day (h)", 0.0, own.ends_h[-1], DAY_TICKS)
    low, high = _span([run for _, run in runs])
    found = [_powers(called, run, hours, Axis("power into the network (MW)", low, high)) for called, run in runs]
    found.append(_voltage(runs, hours, entry.scenario.voltage))
    if own.charge_share:
        found.append(_charge(runs, hours))
    price = [Curve("price", _numbers(own.price_usd_per_mwh), colour=7)]
    costs = [Curve(called, _numbers(run.cost_usd), colour=1 - i, dash=i) for i, (called, run) in enumerate(runs)]
    found.append(lines("Cost so far", own.ends_h, costs, across=hours, up=Axis("cost (usd)")))
    found.append(steps("Price at the grid tie", own.ends_h, price, across=hours, up=Axis("price (usd/MWh)")))
    return found


def _powers(called: str, run: Course, hours: Axis, up: Axis) -> str:
    kinds = sorted(run.power_mw, key=lambda kind: (list(COLOURS).index(kind) if kind in COLOURS else len(COLOURS), kind))
    layers = [Curve(NAMES.get(kind, kind), _numbers(run.power_mw[kind]), colour=COLOURS.get(kind, 6)) for kind in kinds]
    demand = [Curve("demand served", _numbers(run.demand_mw))]
    return stacks(f"Power by kind of device: {called}", run.ends_h, layers, across=hours, up=up, over=demand)


def _voltage(runs: Sequence[tuple[str, Course]], hours: Axis, band: VoltageBand) -> str:
    spans = []
    for i, (called, run) in enumerate(runs):
        nothing, low, high = [NAN] * len(run.v_low_pu), _numbers(run.v_low_pu), _numbers(run.v_high_pu)
        spans.append(Curve(f"{called}: lowest to highest bus", nothing, low, high, colour=1 - i))
    label = f"band {band.v_min_pu:g} to {band.v_max_pu:g} pu"
    rules = [Rule(label, band.v_min_pu), Rule(label, band.v_max_pu)]
    return steps("Voltage", runs[0][1].ends_h, spans, across=hours, up=Axis("voltage (pu)"), rules=rules)


def _charge(runs: Sequence[tuple[str, Course]], hours: Axis) -> str:
    curves = []
    for i, (called, run) in enumerate(runs):
        mean, low, high = (_numbers(one) for one in (run.charge_share, run.charge_low_share, run.charge_high_share))
        curves.append(Curve(called, mean, low, high, colour=1 - i, dash=i))
    told = "Stored energy of all storages over their capacity; the band spans the emptiest and the fullest."
    up = Axis("share of capacity", 0.0, 1.0)
    return lines("State of charge", runs[0][1].ends_h, curves, across=hours, up=up, description=told)


def _span(runs: Sequence[Course]) -> tuple[float, float]:
    """Return the ends that the stacks of all runs share, with a little room."""
    tops, feet = [0.0], [0.0]
    for run in runs:
        for powers in zip(*(_numbers(power) for power in run.power_mw.values()), strict=True):
            tops.append(sum(max(power, 0.0) for power in powers))
            feet.append(sum(min(power, 0.0) for power in powers))
        tops += _numbers(run.demand_mw)
    room = 0.05 * (max(tops) - min(feet)) or 1.0
    return min(feet) - (room if min(feet) < 0.0 else 0.0), max(tops) + room


def _numbers(values: Numbers) -> list[float]:
    return [NAN if value is None else value for value in values]
