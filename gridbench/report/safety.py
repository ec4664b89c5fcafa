"""What went wrong: violations by place and one by one, lost episodes, asks that were not followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.html import DAY_TICKS, Axis, Cell, Column, Curve, Row, escaped, steps, table
from gridbench.report.breaches import BLACKOUT, Breach
from gridbench.report.words import clock, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.report.case import Case
    from gridbench.report.findings import Findings

LARGEST = 15
MOST_ROWS = 2000
"""Violations are listed one by one up to here, the largest; all of them count in the table by place."""
KIND = Column("kind", "Which limit is passed.", number=False)
PLACE = Column("place", "The bus, branch, tie or device.", number=False)
WORST = Column("worst pu", "By how much the limit is passed at the worst, pu of voltage or of the rating.")
INTEGRAL = Column("pu h", "The same over time, summed.")


def violations(found: Findings) -> str:
    """Return the section of violations as HTML."""
    if not found.breaches:
        return "<p>No limit is passed in any step.</p>"
    return _by_place(found.breaches) + _one_by_one(found.breaches)


def _by_place(breaches: Sequence[Breach]) -> str:
    groups: dict[tuple[str, str], list[Breach]] = {}
    for one in breaches:
        groups.setdefault((one.kind, one.place), []).append(one)
    columns = [
        KIND, PLACE, Column("episodes", "Episodes in which it is passed."),
        Column("hours", "Hours in which it is passed, all episodes."), WORST, INTEGRAL,
        Column("worst at", "When it is passed the furthest.", number=False),
    ]  # fmt: skip
    rows = []
    for (kind, place), own in groups.items():
        worst = max(own, key=lambda one: one.worst_pu)
        episodes, hours = len({(one.seed, one.day) for one in own}), sum(one.end_h - one.begin_h for one in own)
        integral = sum(one.pu_h for one in own)
        cells = [Cell(words(kind)), Cell(place), Cell(str(episodes), episodes), Cell(f"{hours:g}", hours)]
        rows.append((integral, Row([*cells, *_sizes(kind, worst.worst_pu, integral), Cell(_when(worst))])))
    ordered = [row for _, row in sorted(rows, key=lambda pair: -pair[0])]
    largest, rest = ordered[:LARGEST], ordered[LARGEST:]
    head = table(columns, [("", largest)], caption="Violations by place over all episodes, the largest first")
    if not rest:
        return head
    body = table(columns, [("", rest)], caption="Violations by place, the others")
    return f"{head}<details><summary>{escaped(f'{len(rest):,} more places')}</summary>{body}</details>"


def _one_by_one(breaches: Sequence[Breach]) -> str:
    kept = sorted(breaches, key=lambda one: -one.pu_h)[:MOST_ROWS]
    left = len(breaches) - len(kept)
    columns = [
        Column("day", "The day of the split."), Column("seed", "The seed of the episode."),
        Column("from", "The hour in which it begins."), Column("to", "The hour in which it ends."), KIND, PLACE, WORST, INTEGRAL,
    ]  # fmt: skip
    ordered = sorted(kept, key=lambda one: (one.day, one.seed, one.begin_h, one.kind, one.place))
    told = f", the {len(kept):,} largest; {left:,} smaller ones count in the table above" if left else ""
    body = table(columns, [("", [_row(one) for one in ordered])], caption=f"Violations one by one{told}")
    return f"<details><summary>{escaped(f'All {len(breaches):,} violations one by one')}</summary>{body}</details>"


def _row(one: Breach) -> Row:
    return Row([
        Cell(str(one.day), one.day), Cell(str(one.seed), one.seed), Cell(clock(one.begin_h), one.begin_h),
        Cell(clock(one.end_h), one.end_h), Cell(words(one.kind)), Cell(one.place), *_sizes(one.kind, one.worst_pu, one.pu_h),
    ])  # fmt: skip


def _sizes(kind: str, worst_pu: float, pu_h: float) -> tuple[Cell, Cell]:
    """Return how far and how long; in the dark there is no how far."""
    if kind == BLACKOUT:
        return Cell("-"), Cell("-", pu_h)
    return Cell(f"{worst_pu:.3g}", worst_pu), Cell(f"{pu_h:.3g}", pu_h)


def _when(one: Breach) -> str:
    return f"day {one.day}, seed {one.seed}, {clock(one.begin_h)} to {clock(one.end_h)}"


def lost(case: Case) -> str:
    """Return the section of lost episodes as HTML."""
    failures = case.record.failures
    if not failures:
        return "<p>No episode was lost.</p>"
    columns = [
        Column("day", "The day of the split."), Column("seed", "The seed of the episode."),
        Column("from", "When the policy failed; the devices were left alone from then on."),
        Column("reason", "What the policy did, as the harness saw it.", number=False),
    ]  # fmt: skip
    rows = [
        Row([
            Cell(str(one.day), one.day), Cell(str(one.seed), one.seed),
            Cell(clock(one.step * case.scenario.step_h), one.step), Cell(one.reason),
        ])
        for one in failures
    ]  # fmt: skip
    return table(columns, [("", rows)], caption="Episodes in which the policy gave no valid action; such a run is not admissible")


def clipped(case: Case, found: Findings) -> str:
    """Return the section of clipped actions as HTML."""
    total = sum(row["clipped_actions"] for row in case.rows.values())
    if total == 0:
        return "<p>Every ask was followed.</p>"
    asks = len(next(iter(case.asks.values()))[0]) * case.scenario.steps * len(case.episodes)
    lead = f"<p>{total:,.0f} of {asks:,} asks could not be followed as they were: the devices did the nearest that they can.</p>"
    ends = [float(hour) for hour in range(len(found.clipped_by_hour) + 1)]
    curve = [Curve("clipped asks", found.clipped_by_hour.tolist())]
    across, up = Axis("hour of the day (h)", 0.0, ends[-1], DAY_TICKS), Axis("asks an episode", 0.0)
    return f'{lead}<div class="charts">{steps("Clipped asks by hour", ends, curve, across=across, up=up)}</div>'
