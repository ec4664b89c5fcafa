"""gridbench data twin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.commands.data_source import origin_lines
from gridbench.errors import InvalidInput
from gridbench.scenario.digest import FILE
from gridbench.scenario.twin import MANIFEST, build_twin

if TYPE_CHECKING:
    import argparse


def main(wanted: argparse.Namespace) -> int:
    """Build a twin and print its digests and where its numbers are from; return 0."""
    folder = Path(wanted.into)
    if (folder / FILE).exists() and not wanted.replace:
        raise InvalidInput(
            "gridbench data twin", [f"--into {folder}: a scenario stands there already; choose another, or say --replace"]
        )
    simbench, nlprices = (Path(one) if one else None for one in (wanted.simbench_wheel, wanted.nlprices_wheel))
    twin = build_twin(wanted.scenario, folder, simbench, nlprices, wanted.forecast)
    if wanted.json:
        print(json.dumps(twin.manifest, indent=1))
        return 0
    print("\n".join(line for one in twin.origins for line in origin_lines(one)))
    for name, one in twin.manifest["forecast_errors"].items():
        print(f"forecast  {name}: by {wanted.forecast}, " + ", ".join(f"{key} {value:.4f}" for key, value in one.items()) + " pu")
    print("\n".join(f"note      {note}" for note in twin.manifest["notes"]))
    print(f"days      {', '.join(f'{count} {name}' for name, count in twin.days.items())}")
    print(f"digest    of the series {twin.series_digest}\ndigest    of the scenario {twin.digest}")
    print(f"written   {twin.id} into {folder}, with {MANIFEST}")
    return 0
