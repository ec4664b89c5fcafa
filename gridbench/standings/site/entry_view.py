"""The view of an entry: what the policy is and may know, what it cost to train, its numbers, and the days that are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.html import Axis, Bar, Cell, Column, Row, bars, escaped, isolated, link, table
from gridbench.standings.columns import COLUMNS, NONE
from gridbench.standings.sections import CLASSES
from gridbench.standings.site.places import HOME, facts, view

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gridbench.standings.entries import Entry
    from gridbench.standings.sections import Line
    from gridbench.standings.shown import ShownDay
    from gridbench.standings.site.places import Places

APART = {"policy", "version", "kind", "parameters", "training", "marks"}
"""Columns whose contents stand among the facts of an entry."""


def entry_view(line: Line, shown: Sequence[ShownDay], places: Places) -> str:
    """Return the view of an entry as HTML."""
    entry = line.entry
    policy, scenario = entry.record.policy, entry.record.scenario
    parts = [
        facts(_facts(entry)),
        "<h2>Days</h2>",
        _days(entry, shown, places),
        "<h2>Numbers</h2>",
        facts((f"{one.name}", _told(one.text(line), one.meaning)) for one in COLUMNS if one.name not in APART),
        f'<div class="charts">{_money(entry)}</div>',
        _violations(entry),
        _failures(entry),
    ]
    trail = [(HOME, "Leaderboard"), (places.scenario(scenario.id), scenario.id), (None, policy.name)]
    return view(places.entry(entry), f"{policy.name} on {scenario.id}", trail, "\n".join(filter(None, parts)))


def _told(text: str, meaning: str) -> str:
    return f'{escaped(text)} <span class="faint">{escaped(meaning)}</span>'


def _facts(entry: Entry) -> Iterable[tuple[str, str]]:
    policy, harness, part = entry.record.policy, entry.record.harness, entry.record.scenario
    yield "policy", f"{isolated(policy.name)}, version {isolated(policy.version)}, {policy.kind}"
    yield "knows", f"{policy.information}: {CLASSES[policy.information]}"
    yield "admissible", "yes" if entry.admissible else '<span class="mark">no</span>'
    yield "run", f"{escaped(part.split)}, {entry.record.protocol.days} days, {len(entry.record.protocol.seeds)} seed(s)"
    if policy.authors:
        yield "authors", ", ".join(isolated(author) for author in policy.authors)
    if policy.url is not None:
        yield "more", link(policy.url if policy.url.startswith("http") else None, policy.url)
    yield "training", _training(entry)
    yield "marks", _marks(entry)
    yield "bundle", link(entry.bundle, "bundle.zip") if entry.bundle else NONE
    yield "record", f"{link(f'{entry.folder}/record.json', f'{entry.folder}/record.json')}, {escaped(policy.digest)}"
    yield "made with", f"gridbench {escaped(harness.gridbench)}, {escaped(harness.cpu)}, isolation: {escaped(harness.isolation)}"


def _training(entry: Entry) -> str:
    policy, training = entry.record.policy, entry.record.policy.training
    if training is None:
        return "none"
    steps = f"{training.environment_steps:,} steps of the environment, {training.seconds:,.0f} s on {isolated(training.device)}"
    where = ", ".join(isolated(name) for name in training.scenarios)
    return f"{steps}, {len(training.seeds)} seed(s), on {where}; {policy.parameters:,} parameters"


def _marks(entry: Entry) -> str:
    marks = entry.marks
    if marks is None or not marks.words():
        return NONE
    text = ", ".join(marks.words())
    if marks.fresh is not None:
        fresh = marks.fresh
        safety = f"{100 * fresh.violating_steps_share:.3f} % violating steps"
        text += f" ({fresh.days} fresh days of seed {fresh.seed}: score {fresh.score_iqm:.4f}, {safety})"
    return escaped(text)


def _days(entry: Entry, shown: Sequence[ShownDay], places: Places) -> str:
    scored = ((link(places.day(entry, one.day), f"{one.why} day: {one.day}"), one.row["score"]) for one in shown)
    items = "".join(f"<li>{address} (score {score:.4f})</li>" for address, score in scored)
    return f'<ul class="plain">{items}</ul>'


def _money(entry: Entry) -> str:
    found = [Bar(name.replace("_", " "), usd) for name, usd in entry.scores.money_usd_mean.items() if round(usd, 2)]
    return bars("What a day costs, by component", found, across=Axis("mean cost (usd)")) if found else ""


def _violations(entry: Entry) -> str:
    columns = [
        Column("limit", "which limit", number=False),
        Column("steps %", "mean share of steps (%)"),
        Column("pu h", "mean integral over places and time of a day (pu h)"),
        Column("worst pu", "worst excess (pu)"),
    ]
    rows = [
        Row([
            Cell(kind.replace("_", " ")), Cell(f"{100 * one.share:.3f}", one.share), Cell(f"{one.pu_h:.5f}", one.pu_h),
            Cell(f"{one.worst_pu:.4f}", one.worst_pu),
        ])
        for kind, one in entry.scores.violations.items()
    ]  # fmt: skip
    return table(columns, [("all", rows)], caption="Violations by limit") if rows else ""


def _failures(entry: Entry) -> str:
    failures = entry.record.failures
    items = "".join(f"<li>seed {one.seed}, day {one.day}, step {one.step}: {isolated(one.reason)}</li>" for one in failures[:20])
    more = f"<p>{len(failures) - 20} more in record.json.</p>" if len(failures) > 20 else ""
    return f"<h2>Lost episodes</h2><ul>{items}</ul>{more}" if failures else ""
