"""The table of published optimisation results: which groups there are, computing them, and printing them."""

from __future__ import annotations

import importlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gridbench.errors import UnknownName
from gridbench.text import aligned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gridbench.bench.paper.finding import Finding

GROUPS = {"pglib": "relaxation_gaps", "reconfiguration": "reconfiguration", "placement": "placement"}
"""The module of each group; its `findings` yields the lines."""
HEADER = "item", "published", "computed", "difference", "agrees", "seconds", "certified by"


def chosen(only: str | None) -> tuple[str, ...]:
    """Return the groups that a list with commas names, all of them for None; raises UnknownName."""
    names = tuple(GROUPS) if only is None else tuple(name.strip() for name in only.split(","))
    for name in names:
        if name not in GROUPS:
            raise UnknownName("group of published results", name, GROUPS)
    return names


def findings(groups: Sequence[str]) -> Iterator[Finding]:
    """Yield the lines of groups as they are computed, each with the seconds since the one before; raises SolverError."""
    for group in groups:
        begun = time.perf_counter()
        for finding in importlib.import_module(f"gridbench.bench.paper.{GROUPS[group]}").findings():
            now = time.perf_counter()
            yield replace(finding, seconds=now - begun)
            begun = now


def table(lines: Sequence[Finding]) -> str:
    """Return the lines as text, below them what was found, and how many agree."""
    rows = aligned([HEADER, *(line.cells() for line in lines)])
    found = [f"{line.item}: {line.solution}" for line in lines if line.solution]
    count = f"{sum(line.agrees for line in lines)} of {len(lines)} agree"
    return "\n".join([rows, *found, *([""] if found else []), count]) + "\n"


def document(lines: Sequence[Finding]) -> dict[str, Any]:
    """Return the lines for machines."""
    return {"agrees": all(line.agrees for line in lines), "lines": [line.document() for line in lines]}
