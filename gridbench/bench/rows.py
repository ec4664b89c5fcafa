"""The table of episodes: one row per (seed, day), as episodes.csv holds it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence

from gridbench.bench.metrics import METRICS
from gridbench.errors import InvalidInput

Row = Mapping[str, float]
"""A row of numbers by column name."""

INTERVAL = ("bound_usd", "witness_usd", "anchor_usd", "score")
TIMING = ("seconds_per_decision",)
"""What varies from run to run on one machine; all other columns are the same bytes each time."""
CONTROL = ("lost_steps",)
"""Steps from the one on in which a contained policy failed: the devices were left alone."""
MEASURED = (*METRICS, *CONTROL, *TIMING)
"""What an episode is measured by, before it is scored."""
COLUMNS = ("seed", "day", "cost_usd", *INTERVAL, *MEASURED[1:])
WHOLE = frozenset({"seed", "day", "blackout_steps", "clipped_actions", *CONTROL})


def key(row: Row) -> tuple[int, int]:
    """Return (seed, day)."""
    return int(row["seed"]), int(row["day"])


def format_rows(rows: Iterable[Row]) -> str:
    """Return the rows as CSV, sorted by seed and day, numbers in their shortest exact form."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in sorted(rows, key=key):
        writer.writerow([str(int(row[name])) if name in WHOLE else repr(float(row[name])) for name in COLUMNS])
    return text.getvalue()


def parse_rows(text: str, where: str) -> list[dict[str, float]]:
    """Return the rows of a CSV; raises InvalidInput with every fault of its header, numbers and order."""
    lines = list(csv.reader(io.StringIO(text)))
    if not lines or tuple(lines[0]) != COLUMNS:
        raise InvalidInput(where, [_header_fault(lines[0] if lines else [])])
    faults: list[str] = []
    rows = [_parse(cells, f"row {i}", faults) for i, cells in enumerate(lines[1:], start=2)]
    keys = [key(row) for row in rows if {"seed", "day"} <= row.keys()]
    faults += [f"seed {seed}, day {day}: stated twice" for seed, day in sorted({k for k in keys if keys.count(k) > 1})]
    if keys != sorted(keys):
        faults.append("rows must be sorted by seed, then day")
    if faults:
        raise InvalidInput(where, faults)
    return rows


def _header_fault(found: Sequence[str]) -> str:
    extra, missing = sorted(set(found) - set(COLUMNS)), sorted(set(COLUMNS) - set(found))
    return f"the header must be {','.join(COLUMNS)}; unknown: {extra or 'none'}, missing: {missing or 'none'}"


def _parse(cells: Sequence[str], where: str, faults: list[str]) -> dict[str, float]:
    if len(cells) != len(COLUMNS):
        faults.append(f"{where}: {len(cells)} cells, must have {len(COLUMNS)}")
        return {}
    row: dict[str, float] = {}
    for name, cell in zip(COLUMNS, cells, strict=True):
        try:
            number = float(int(cell)) if name in WHOLE else float(cell)
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            row[name] = number
        else:
            faults.append(f"{where}, {name}: {cell!r} is no {'whole' if name in WHOLE else 'finite'} number")
    return row
