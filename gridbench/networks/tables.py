"""The tables of the built-in networks: CSV and TOML in this package's folder `data` (sources: data/SOURCES.md)."""

from __future__ import annotations

import csv
import tomllib
from importlib.resources import files
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, str]


def rows(network: str, table: str) -> list[Row]:
    """The rows of data/<network>/<table>.csv; none where the network has no such table."""
    path = files("gridbench.networks").joinpath("data", network, f"{table}.csv")
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) if path.is_file() else []


def about(network: str) -> dict[str, Any]:
    """What data/<network>/feeder.toml states."""
    return tomllib.loads(files("gridbench.networks").joinpath("data", network, "feeder.toml").read_text(encoding="utf-8"))
