"""Rows: how faults name the lines of a file that they stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOWN = 6


def rows_text(rows: Iterable[int]) -> str:
    """Return "row 3" or "rows 3, 4, 5, ... (9 in all)"."""
    numbers = [int(row) for row in rows]
    shown = ", ".join(map(str, numbers[:SHOWN]))
    if len(numbers) == 1:
        return f"row {shown}"
    return f"rows {shown}, ... ({len(numbers)} in all)" if len(numbers) > SHOWN else f"rows {shown}"
