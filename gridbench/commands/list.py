"""gridbench list."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def main(wanted: argparse.Namespace) -> int:
    """Print the names of scenarios, policies and networks; scenarios or networks with their sizes where asked for; return 0."""
    if wanted.what in _SIZED:
        return _SIZED[wanted.what](as_json=wanted.json)
    found = {what: names() for what, names in _TABLES.items() if wanted.what in {None, what}}
    if wanted.json:
        print(json.dumps(found, indent=1))
        return 0
    for what, names in found.items():
        print("\n".join(([] if wanted.what else [f"{what}:"]) + [name if wanted.what else f"  {name}" for name in names]))
    return 0


def _scenarios() -> list[str]:
    from gridbench.scenario.catalogue import list_scenarios  # noqa: PLC0415

    return list_scenarios()


def _policies() -> list[str]:
    from gridbench.policies import POLICIES  # noqa: PLC0415

    return list(POLICIES)


def _networks() -> list[str]:
    from gridbench.networks import NETWORKS  # noqa: PLC0415

    return list(NETWORKS)


def _sizes(*, as_json: bool) -> int:
    """Print a table of the networks, or the same as JSON; return 0."""
    from gridbench.bench.network_sizes import sizes, table  # noqa: PLC0415

    print(json.dumps([asdict(one) for one in sizes()], indent=1) if as_json else table(sizes()))
    return 0


def _ladder(*, as_json: bool) -> int:
    """Print a table of the scenarios, or the same as JSON; return 0."""
    from gridbench.bench.ladder import ladder, table  # noqa: PLC0415

    found = ladder()
    print(json.dumps([asdict(one) for one in found], indent=1) if as_json else table(found))
    return 0


_SIZED = {"networks": _sizes, "scenarios": _ladder}
_TABLES = {"scenarios": _scenarios, "policies": _policies, "networks": _networks}
