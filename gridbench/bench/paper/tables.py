"""The figures of published cases: tables of this package's folder `cases` (sources: cases/SOURCES.md)."""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Rows: TypeAlias = dict[str, NDArray[Any]]
"""Columns of a table by name, arrays (rows,): names of cases as text, everything else as floats."""

_TEXT = ("case",)


@cache
def rows(table: str) -> Rows:
    """Return the columns of cases/<table>.csv."""
    text = files("gridbench.bench.paper").joinpath("cases", f"{table}.csv").read_text(encoding="utf-8")
    header, *lines = csv.reader(text.splitlines())
    columns = zip(header, zip(*lines, strict=True), strict=True)
    return {name: np.array(cells, dtype=np.str_ if name in _TEXT else np.float64) for name, cells in columns}


def rows_of(table: str, case: str) -> Rows:
    """Return the columns of cases/<table>.csv, rows of one case only."""
    every = rows(table)
    own = every["case"] == case
    return {name: column[own] for name, column in every.items()}


@cache
def about(name: str) -> dict[str, Any]:
    """Return what cases/<name>.toml states."""
    return tomllib.loads(files("gridbench.bench.paper").joinpath("cases", f"{name}.toml").read_text(encoding="utf-8"))
