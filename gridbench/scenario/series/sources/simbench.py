"""SimBench: measured and modelled profiles of German load, PV and wind of 2016, every 15 minutes.

Source: S. Meinecke et al., "SimBench: a benchmark dataset of electric power systems", Energies 13 (2020) 3290; package simbench.
The database is under the Open Database License 1.0: what is derived from it as a database is shared alike, with attribution.
Stamps are local time of Germany. The sun of the PV profiles stands about an hour early in it: they are kept as stamped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.series.intake.intake import from_table
from gridbench.scenario.series.intake.mapping import ColumnRule, Mapping, TimeRule, Treatment
from gridbench.scenario.series.intake.table import Table
from gridbench.scenario.series.joined import joined
from gridbench.scenario.series.sources.package_file import Origin, Package, package_file
from gridbench.scenario.series.sources.sourced import Sourced

if TYPE_CHECKING:
    import collections.abc
    from pathlib import Path

    from gridbench.scenario.series.intake.report import Report
    from gridbench.scenario.series.series import Series

PACKAGE = Package(
    name="simbench",
    extra="simbench",
    licence="ODbL 1.0 (database), DbCL 1.0 (contents)",
    attribution="SimBench (simbench.net), University of Kassel, Fraunhofer IEE, RWTH Aachen, TU Dortmund",
)
FOLDER = "simbench/networks/1-complete_data-mixed-all-0-sw"
LOADS, RENEWABLES = f"{FOLDER}/LoadProfile.csv", f"{FOLDER}/RESProfile.csv"
COLUMNS = {
    "load_residential_a": "lv_semiurb4",
    "load_residential_b": "lv_rural1",
    "load_commercial": "G0-M",
    "load_industrial": "G3-H",
    "pv_a": "PV4",
    "pv_b": "PV6",
    "pv_c": "PV8",
    "wind_a": "WP4",
    "wind_b": "WP7",
    "wind_c": "WP10",
}
"""Our columns, and the profiles of SimBench: two low-voltage grids, measured commerce, industry, three PV and wind sites each."""
NOISE_PU = 1e-4
"""Wind profiles have some values of -1e-5, which become zero."""
TIME = TimeRule(column="time", zone="Europe/Berlin", format="%d.%m.%Y %H:%M")


def simbench_series(
    wheel: Path | None = None,
    columns: collections.abc.Mapping[str, str] = COLUMNS,
    step_min: float = 60.0,
    *,
    forecast: bool = True,
) -> Sourced:
    """Return the profiles `columns` (ours: SimBench's) of 2016, per unit of SimBench's own bases.

    Names that begin with load_ are found among its loads, others among its renewables. With `forecast`, the day before is
    the forecast of each. Raises InvalidInput.
    """
    found: list[tuple[Series, Report]] = []
    origins: list[Origin] = []
    for file, loads in ((LOADS, True), (RENEWABLES, False)):
        wanted = {ours: name + "_pload" * loads for ours, name in columns.items() if ours.startswith("load_") == loads}
        if not wanted:
            continue
        content, origin = package_file(PACKAGE, file, wheel)
        origins.append(origin)
        table = read_profiles(content.decode("utf-8"), sorted(set(wanted.values())), f"{origin.package} {origin.version}: {file}")
        mapping = Mapping(
            time=TIME,
            columns={ours: ColumnRule(source=name, unit="pu") for ours, name in wanted.items()},
            treatment=Treatment(step_min=step_min, clip_pu=NOISE_PU, forecast="persistence" if forecast else None),
        )
        found.append(from_table(table, file, mapping, "simbench", "simbench"))
    series = [one for one, _ in found]
    return Sourced(series[0] if len(series) == 1 else joined(*series), tuple(origins), tuple(report for _, report in found))


def read_profiles(text: str, names: collections.abc.Sequence[str], where: str) -> Table:
    """Return the stamps and the columns `names` of a file of profiles, too wide to be read whole. Raises InvalidInput."""
    lines = text.splitlines()
    header = lines[0].split(";") if lines else []
    wanted = ["time", *names]
    faults = [str(UnknownName("profile", name, header)) for name in wanted if name not in header]
    if faults:
        raise InvalidInput(where, faults)
    places = [header.index(name) for name in wanted]
    cells = [line.split(";") for line in lines[1:] if line]
    short = [row for row, line in enumerate(cells, start=2) if len(line) != len(header)]
    if short:
        raise InvalidInput(where, [f"row {short[0]} has not {len(header)} cells; install the package again"])
    columns = {name: [line[place] for line in cells] for name, place in zip(wanted, places, strict=True)}
    return Table(columns, range(2, len(cells) + 2), ".")
