"""gridbench results."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING

from gridbench.bench.query import Answer, ask, columns
from gridbench.text import aligned

if TYPE_CHECKING:
    import argparse


def main(wanted: argparse.Namespace) -> int:
    """Print the answer to a query as a table, CSV or JSON, or without a query the tables and their columns; return 0."""
    if wanted.sql is None:
        answer = Answer(("table", "column", "type"), tuple(columns(wanted.results)))
    else:
        answer = ask(wanted.sql, wanted.results, wanted.scenarios)
    if wanted.json:
        print(json.dumps(answer.dicts(), indent=1))
    elif wanted.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.columns)
        writer.writerows(answer.rows)
    else:
        print(aligned([answer.columns, *([_cell(value) for value in row] for row in answer.rows)]), end="")
    return 0


def _cell(value: object) -> str:
    """Return a value as a table shows it: numbers to six digits, no character that a terminal would act on."""
    if value is None:
        return "-"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)
