"""Tables that sort on a click or a key, with columns that are explained from the same source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.html.text import escaped, isolated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what it means in a sentence, and whether it holds numbers."""

    name: str
    meaning: str
    number: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, the number it sorts by (None: by its text), and HTML that is safe already in place of the text."""

    text: str
    value: float | None = None
    html: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of cells; `data` are attributes data-<name> that scripts read."""

    cells: Sequence[Cell]
    data: Mapping[str, str] | None = None


def table(
    columns: Sequence[Column],
    bodies: Sequence[tuple[str, Sequence[Row]]],
    *,
    caption: str = "",
    label: str = "",
    heading: int = 0,
) -> str:
    """Return a table as HTML that `sort.js` sorts; `bodies` are (class, rows), kept apart; column `heading` names a row.

    `caption` is shown above it; `label` tells those who hear the page what it is, where no caption does.
    """
    heads = "".join(map(_head, columns))
    parts = "".join(_body(columns, name, rows, heading) for name, rows in bodies if rows)
    said = f"<caption>{escaped(caption)}</caption>" if caption else ""
    name = escaped(caption or label or "table")
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{name}"><table class="sorted">{said}\n'
        f"<thead><tr>{heads}</tr></thead>\n{parts}</table></div>"
    )


def _head(column: Column) -> str:
    kind = ' class="n"' if column.number else ""
    button = f'<button type="button">{escaped(column.name)}</button>'
    return f'<th scope="col"{kind} title="{escaped(column.meaning)}">{button}</th>'


def _body(columns: Sequence[Column], name: str, rows: Sequence[Row], heading: int) -> str:
    return f'<tbody class="{escaped(name)}">\n{"".join(_row(columns, row, heading) for row in rows)}</tbody>\n'


def _row(columns: Sequence[Column], row: Row, heading: int) -> str:
    data = "".join(f' data-{name}="{escaped(value)}"' for name, value in (row.data or {}).items())
    pairs = enumerate(zip(columns, row.cells, strict=True))
    cells = "".join(_cell(column, cell, heading=i == heading) for i, (column, cell) in pairs)
    return f"<tr{data}>{cells}</tr>\n"


def _cell(column: Column, cell: Cell, *, heading: bool) -> str:
    name, kept = ("th", ' scope="row"') if heading else ("td", "")
    kind = ' class="n"' if column.number else ""
    key = f' data-v="{"" if cell.value is None else repr(float(cell.value))}"' if column.number else ""
    shown = isolated(cell.text) if cell.html is None else cell.html
    return f"<{name}{kept}{kind}{key}>{shown}</{name}>"


def legend(columns: Sequence[Column]) -> str:
    """Return what every column means as HTML."""
    return '<dl class="terms">' + "".join(f"<dt>{escaped(c.name)}</dt><dd>{escaped(c.meaning)}</dd>" for c in columns) + "</dl>"
