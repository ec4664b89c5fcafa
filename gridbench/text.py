"""Text as it is shown: tables, and what of a stranger's text would not show as it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of equal length, the header first, as a table with a rule below the header."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]]) + "\n"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = row
    return "  ".join([first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))])


def hidden(text: str) -> list[str]:
    """Return the characters of a text that do not show, or change how others show: control, direction, invisible ones."""
    return sorted({f"U+{ord(one):04X}" for one in text if not one.isprintable()})


def shown(text: str) -> str:
    """Return a text of one line or more for a terminal: what would act on it stands as its code."""
    return "".join(one if one.isprintable() or one == "\n" else f"\\u{{{ord(one):x}}}" for one in text)
