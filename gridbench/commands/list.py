"""gridbench list."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def main(wanted: argparse.Namespace) -> int:
    """Print the scenarios and the policies; return 0."""
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


_TABLES = {"scenarios": _scenarios, "policies": _policies}
