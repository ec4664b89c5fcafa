"""Tables of the page, from the columns that all texts share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.html import Cell, Column, Row, escaped, link, printable, table
from gridbench.standings.columns import ACROSS, COLUMNS, INFORMATION, POLICY, SCENARIO, LineColumn, StandingColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.standings.overall import Overall, Standing
    from gridbench.standings.sections import Line
    from gridbench.standings.site.places import Places

EVERYWHERE = (POLICY, SCENARIO, INFORMATION, *(column for column in COLUMNS if column is not POLICY))
"""The columns where entries of all scenarios stand in one table: what names a row first."""
WITHIN = tuple(column for column in EVERYWHERE if column is not SCENARIO)
"""The columns where the entries of one scenario do."""


def entries_table(lines: Sequence[Line], places: Places, caption: str, columns: Sequence[LineColumn]) -> str:
    """Return a table of entries as HTML, admissible ones first, the rest below a line."""
    heads = [Column(one.name, one.meaning, one.value is not None) for one in columns]
    bodies = [
        (name, [_row(line, places, columns) for line in lines if line.entry.admissible is wanted])
        for name, wanted in (("admissible", True), ("below", False))
    ]
    return table(heads, bodies, caption=caption)


def _row(line: Line, places: Places, columns: Sequence[LineColumn]) -> Row:
    policy, scenario = line.entry.record.policy, line.entry.record.scenario
    text = " ".join([policy.name, policy.version, policy.kind, policy.information, scenario.id, scenario.split, *policy.authors])
    data = {
        "text": printable(text).lower(),
        "scenario": scenario.id,
        "information": policy.information,
        "kind": policy.kind,
        "admissible": "yes" if line.entry.admissible else "no",
    }
    return Row([_cell(line, places, column) for column in columns], data)


def _cell(line: Line, places: Places, column: LineColumn) -> Cell:
    text, value = column.text(line), column.value(line) if column.value else None
    if column is POLICY:
        return Cell(text, None, link(places.entry(line.entry), text))
    if column is SCENARIO:
        part, days = line.entry.record.scenario, line.entry.record.protocol.days
        name = link(places.scenario(part.id), text)
        return Cell(text, None, name if line.entry.full and part.split == "test" else f"{name} {escaped(part.split)}, {days} d")
    return Cell(text, value)


def across_table(one: Overall) -> str:
    """Return a table of policies across scenarios as HTML."""
    columns = sorted(ACROSS, key=lambda column: column.name != "policy")
    heads = [Column(column.name, column.meaning, column.value is not None) for column in columns]
    bodies = [
        (name, [_standing(one, standing, columns) for standing in one.standings if (standing.rank is not None) is wanted])
        for name, wanted in (("admissible", True), ("below", False))
    ]
    return table(heads, bodies, label=one.title)


def _standing(one: Overall, standing: Standing, columns: Sequence[StandingColumn]) -> Row:
    return Row([Cell(column.text(one, standing), column.value(one, standing) if column.value else None) for column in columns])
