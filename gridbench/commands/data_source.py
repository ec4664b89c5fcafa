"""gridbench data source."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.commands.data_import import target
from gridbench.errors import InvalidInput
from gridbench.scenario.series.frozen import save
from gridbench.scenario.series.intake.report import statistics
from gridbench.scenario.series.sources.german import german_year
from gridbench.scenario.series.sources.nlprices import nl_prices
from gridbench.scenario.series.sources.simbench import simbench_series

if TYPE_CHECKING:
    import argparse

    from gridbench.scenario.series.sources.package_file import Origin
    from gridbench.scenario.series.sources.sourced import Sourced

DEFAULT_YEAR = 2019


def main(wanted: argparse.Namespace) -> int:
    """Write a source's series and print where it comes from; return 0."""
    into = target(wanted)
    found = _read(wanted)
    series, origins = found.series, found.origins
    digest = save(dataclasses.replace(series, name=into.stem), into)
    columns = {name: dataclasses.asdict(one) for name, one in statistics(series, {}).items()}
    if wanted.json:
        origins_of = [dataclasses.asdict(one) for one in origins]
        answer = {"into": str(into), "digest": digest, "origins": origins_of, "notes": found.notes(), "columns": columns}
        print(json.dumps(answer, indent=1))
        return 0
    print("\n".join(line for one in origins for line in origin_lines(one)))
    for note in found.notes():
        print(f"note      {note}")
    for name, one in columns.items():
        print(f"column    {name}: mean {one['mean']:.4g}, {one['minimum']:.4g} to {one['maximum']:.4g} {one['unit']}")
    print(f"written   {into}: {series.n} steps of {series.step_h * 60:g} min from {series.start}\ndigest    {digest}")
    return 0


def origin_lines(origin: Origin) -> list[str]:
    """Return what is to be said of an origin, licence and attribution included, as lines of text."""
    return [
        f"source    {origin.package} {origin.version}: {origin.file}, sha256 {origin.sha256}",
        f"licence   {origin.licence}",
        f"credit    {origin.attribution}",
    ]


def _read(wanted: argparse.Namespace) -> Sourced:
    wheel = Path(wanted.wheel) if wanted.wheel else None
    if wanted.source == "simbench":
        if wanted.year not in {None, 2016}:
            raise InvalidInput("gridbench data source", [f"--year {wanted.year}: SimBench has 2016 alone; drop --year"])
        return simbench_series(wheel, step_min=wanted.step)
    year = DEFAULT_YEAR if wanted.year is None else wanted.year
    if wanted.source == "de":
        return german_year(wanted.region, year, wheel, wanted.step)
    return nl_prices(year, wheel, wanted.step)
