"""gridbench draw."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.diagram import draw_network, draw_scenario
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    import argparse


def main(wanted: argparse.Namespace) -> int:
    """Write the picture of a network or a scenario; return 0."""
    if wanted.network is not None:
        path = Path(wanted.out or f"{wanted.network}.svg")
        draw_network(wanted.network, path)
    else:
        scenario = load_scenario(wanted.scenario)
        path = Path(wanted.out or f"{scenario.id}.svg")
        draw_scenario(scenario, path)
    print(path, file=sys.stderr)
    return 0
