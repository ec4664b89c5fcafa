"""Dutch prices: the hourly day-ahead auction of the Netherlands, 2015 to 2024, in EUR/MWh.

Source: ENTSO-E Transparency Platform as the package ev2gym carries it (MIT, its data without terms of their own): read it, do not
pass it on. The file has two halves, parted by a row without stamps: those of the first are ISO 8601, those of the second
day/month/year, and January to September 2023 stands in both. ev2gym itself is not imported: it needs a commercial solver.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput
from gridbench.scenario.series.intake.intake import from_table
from gridbench.scenario.series.intake.mapping import ColumnRule, Mapping, TimeRule, Treatment
from gridbench.scenario.series.intake.rows import rows_text
from gridbench.scenario.series.intake.table import Table
from gridbench.scenario.series.sources.package_file import Package, package_file
from gridbench.scenario.series.sources.sourced import Sourced

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PACKAGE = Package(
    name="ev2gym",
    extra="nlprices",
    licence="MIT (package); the data are ENTSO-E's, without terms in the package: not to be passed on",
    attribution="ENTSO-E Transparency Platform, day-ahead prices of the Netherlands, by way of EV2Gym",
)
FILE = "ev2gym/data/Netherlands_day-ahead-2015-2024.csv"
STAMP, PRICE = "Datetime (UTC)", "Price (EUR/MWhe)"
FORMATS = ("%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M")
"""Of the first and of the second half."""
YEARS = range(2015, 2025)
COLUMN = "price_eur_per_mwh"


def nl_prices(
    year: int, wheel: Path | None = None, step_min: float = 60.0, currency: str = "eur", exchange: float | None = None
) -> Sourced:
    """Return a year of prices (UTC+1, whole days) as the column price_<currency>_per_mwh.

    Equal duplicates are dropped, a single missing hour is filled by a straight line; both stand in the report. `exchange` is
    units of `currency` for one euro. Raises InvalidInput.
    """
    if year not in YEARS:
        raise InvalidInput("Dutch prices", [f"year {year} is not in the file; choose {YEARS[0]} to {YEARS[-1]}"])
    content, origin = package_file(PACKAGE, FILE, wheel)
    table = in_year(read_prices(content.decode("utf-8-sig"), FILE), year)
    column = f"price_{currency}_per_mwh"
    mapping = Mapping(
        time=TimeRule(column=STAMP, zone="+01:00", format="%Y-%m-%dT%H:%M:%S%z"),
        columns={column: ColumnRule(source=PRICE, unit="EUR/MWh", exchange=exchange)},
        treatment=Treatment(step_min=step_min, drop_duplicates=True, fill_gaps=1, sort=True),
    )
    series, report = from_table(table, FILE, mapping, f"nl_{year}", "nlprices")
    return Sourced(series, (origin,), (report,))


def read_prices(text: str, where: str) -> Table:
    """Return stamps (ISO 8601, UTC) and prices of both halves, duplicates and all. Raises InvalidInput with the rows at fault."""
    lines = list(enumerate(csv.reader(io.StringIO(text, newline="")), start=1))
    header = lines[0][1] if lines else []
    if STAMP not in header or PRICE not in header:
        raise InvalidInput(where, [f"has no columns {STAMP!r} and {PRICE!r}; use a version of ev2gym that has"])
    at, price = header.index(STAMP), header.index(PRICE)
    rows: list[int] = []
    stamps: list[str] = []
    prices: list[str] = []
    bad: list[int] = []
    for half, part in zip(FORMATS, _halves(lines[1:], at), strict=True):
        for row, line in part:
            try:
                stamps.append(datetime.strptime(line[at], half).replace(tzinfo=UTC).isoformat())
            except (ValueError, IndexError):
                bad.append(row)
                continue
            rows.append(row)
            prices.append(line[price] if len(line) > price else "")
    if bad:
        raise InvalidInput(where, [f"{rows_text(bad)}: stamps are not {' then '.join(FORMATS)}; use ev2gym 2.0.0"])
    return Table({STAMP: stamps, PRICE: prices}, rows, ".")


def _halves(
    lines: Sequence[tuple[int, list[str]]], at: int
) -> tuple[Sequence[tuple[int, list[str]]], Sequence[tuple[int, list[str]]]]:
    """The rows before and after the first row without a stamp; later ones of that kind are dropped."""
    stamped = [len(line) > at and bool(line[at].strip()) for _, line in lines]
    cut = stamped.index(False) if False in stamped else len(stamped)
    return lines[:cut], [line for line, kept in zip(lines[cut:], stamped[cut:], strict=True) if kept]


def in_year(table: Table, year: int) -> Table:
    """The rows of a year of UTC+1."""
    start = datetime(year, 1, 1, tzinfo=UTC) - timedelta(hours=1)
    end = datetime(year + 1, 1, 1, tzinfo=UTC) - timedelta(hours=1)
    kept = [place for place, text in enumerate(table.columns[STAMP]) if start.isoformat() <= text < end.isoformat()]
    columns = {name: [cells[place] for place in kept] for name, cells in table.columns.items()}
    return Table(columns, [table.rows[place] for place in kept], table.decimal, table.notes)
