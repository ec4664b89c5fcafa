"""Where money was lost against the oracle's schedule: by component, by place, by hour of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.html import DAY_TICKS, Axis, Bar, Cell, Column, Curve, Row, bars, escaped, stacks, table
from gridbench.physics.terms import MONEY
from gridbench.report.words import clock, money_cell, usd, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.report.case import Case
    from gridbench.report.findings import Findings

Floats = NDArray[np.float64]
CENT_USD = 0.005
"""What is smaller than half a cent everywhere is left out of pictures."""
CAPTION = "usd a day more than the oracle"
LARGEST = 12
STACKED = 7


def money(case: Case, found: Findings) -> str:
    """Return the section as HTML."""
    total = found.lost_usd
    lead = (
        f"<p>The policy paid {usd(total)} usd a day more than the oracle's schedule (mean over {len(case.episodes)} episodes), "
        "which is the sum of every table and picture here; what is below zero was saved. The plant bills each device by its own "
        "law, each bus for its voltage, each branch for its loading.</p>"
    )
    components = found.by_place.sum(axis=0)
    listed = [Bar(words(name), float(components[i])) for i, name in enumerate(MONEY) if abs(components[i]) >= CENT_USD]
    places = found.by_place.sum(axis=1)
    order = [int(i) for i in np.argsort(-np.abs(places), kind="stable") if abs(places[i]) >= CENT_USD]
    top = [Bar(found.places[i], float(places[i])) for i in order[:LARGEST]]
    across = Axis("usd a day more than the oracle")
    pictures = [
        bars("By component", sorted(listed, key=lambda bar: -bar.value), across=across),
        bars(f"By place, the {len(top)} largest", sorted(top, key=lambda bar: -bar.value), across=across),
        hourly("By hour of the day", found.by_hour, largest(found)),
    ]
    shown = "".join(pictures) if listed else "<p>Nothing that a cent would show.</p>"
    return f'{lead}<div class="charts">{shown}</div>{_by_place(found)}{_by_hour(found.by_hour)}'


def largest(found: Findings) -> list[int]:
    """Return the components that have a colour of their own in every picture, as places in MONEY."""
    order = np.argsort(-np.abs(found.by_hour).sum(axis=0), kind="stable")
    return [int(i) for i in order[:STACKED]]


def hourly(title: str, by_hour: Floats, own: Sequence[int]) -> str:
    """Return a chart of money (hours, components) lost by hour, stacked by the components `own`, all others together."""
    kept = [(colour, i) for colour, i in enumerate(own) if np.abs(by_hour[:, i]).max() >= CENT_USD]
    layers = [Curve(words(MONEY[i]), by_hour[:, i].tolist(), colour=colour) for colour, i in kept]
    rest = np.delete(by_hour, list(own), axis=1).sum(axis=1)
    if np.abs(rest).max() >= CENT_USD:
        layers.append(Curve("others", rest.tolist(), colour=STACKED))
    ends = [float(hour) for hour in range(len(by_hour) + 1)]
    over = [Curve("sum", by_hour.sum(axis=1).tolist())]
    across, up = Axis("hour of the day (h)", 0.0, ends[-1], DAY_TICKS), Axis("usd more than the oracle")
    return stacks(title, ends, layers, across=across, up=up, over=over)


def _by_place(found: Findings) -> str:
    """Return the table of places and components that differ."""
    used = [i for i in range(len(MONEY)) if np.abs(found.by_place[:, i]).max() > 0.0]
    kept = [i for i in range(len(found.places)) if np.abs(found.by_place[i]).max() >= CENT_USD]
    small = np.delete(found.by_place, kept, axis=0).sum(axis=0)
    lines = [(found.places[i], found.by_place[i]) for i in kept]
    if len(kept) < len(found.places):
        lines.append(("all others, each below a cent", small))
    columns = [Column("place", "A device, a bus, a branch, or the whole grid where it is dark.", number=False)]
    columns += [Column(words(MONEY[i]), f"Money of the component {words(MONEY[i])}, usd a day.") for i in used]
    columns.append(Column("sum", "All components, usd a day."))
    ordered = sorted(lines, key=lambda line: -float(line[1].sum()))
    rows = [_line(name, numbers, used) for name, numbers in ordered]
    last = _line("all places", found.by_place.sum(axis=0), used)
    return _folded("By place and component", table(columns, [("", rows), ("sum", [last])], caption=CAPTION))


def _by_hour(by_hour: Floats) -> str:
    """Return the table of hours and components that differ."""
    used = [i for i in range(len(MONEY)) if np.abs(by_hour[:, i]).max() > 0.0]
    columns = [Column("hour", "The hour of the day in which a step begins.", number=False)]
    columns += [Column(words(MONEY[i]), f"Money of the component {words(MONEY[i])}, usd a day.") for i in used]
    columns.append(Column("sum", "All components, usd a day."))
    rows = [_line(clock(hour), by_hour[hour], used) for hour in range(len(by_hour))]
    last = _line("all hours", by_hour.sum(axis=0), used)
    return _folded("By hour and component", table(columns, [("", rows), ("sum", [last])], caption=CAPTION))


def _line(name: str, numbers: Floats, used: Sequence[int]) -> Row:
    return Row([Cell(name), *(money_cell(float(numbers[i])) for i in used), money_cell(float(numbers.sum()))])


def _folded(title: str, html: str) -> str:
    return f"<details><summary>{escaped(title)}</summary>{html}</details>"
