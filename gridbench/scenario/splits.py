"""The splits: their series read, their days inside them, and no day in two splits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gridbench.errors import InvalidInput, UnknownName
from gridbench.physics.devices import DEVICES, EvCharger, FlexibleLoad, Load, Renewable
from gridbench.physics.terms import Device
from gridbench.scenario.inside import in_folder
from gridbench.scenario.scenario import Split, day_count
from gridbench.scenario.series import Series, load
from gridbench.scenario.series.columns import CONNECTED, FORECAST, kind_of
from gridbench.scenario.tables import LoadsTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from gridbench.scenario.reading import Item, Reading
    from gridbench.scenario.tables import SplitTable, TimeTable

CONNECTION = "connection"
"""The key of the column that opens and closes the breaker of a device."""
CARS, PLUGGED = "cars", "_plugged"
"""The key of a site of cars, and how the first of its columns ends."""
UNITS = {"profile": "pu", "price": "currency/MWh", CONNECTION: "pu"}
"""The keys of tables that name a column, and the unit of that column."""
FORESEEN = (Load, LoadsTable, Renewable, FlexibleLoad, EvCharger)
"""What observations show a forecast of, but for outages."""


class Read(NamedTuple):
    """A column that a part reads, where it says so, its unit where that is known, and whether a forecast is read too."""

    path: str
    column: str
    unit: str | None
    foreseen: bool


def read_splits(
    reading: Reading, items: Sequence[Item[SplitTable]], fetch: Callable[[str], Series], time: TimeTable | None
) -> tuple[dict[str, Split], dict[str, Series]]:
    """Return the splits by name, and every series that was fetched by the name it has there; faults go to `reading`."""
    library: dict[str, Series | None] = {}
    splits: dict[str, Split] = {}
    used: dict[tuple[str, int], str] = {}
    for item in items:
        table = item.value
        if table is None:
            continue
        for index, path in enumerate(table.series):
            if path not in library:
                library[path] = _series(reading, f"{item.path}.series[{index}]", fetch, path, time)
        series = [library[path] for path in table.series]
        lengths = [day_count(one) if one else None for one in series]
        days = _days(reading, item.path, table, lengths)
        _refuse_shared(reading, item.path, _origins(table.series, lengths, days), used)
        splits[table.name] = Split(table.name, tuple(one for one in series if one), days)
    return splits, {path: one for path, one in library.items() if one}


def series_file(folder: Path, path: str) -> Series:
    """Return the series of a file in a scenario's folder. Raises InvalidInput, also for a path that leads out of the folder."""
    return load(in_folder(folder, path))


def _series(reading: Reading, where: str, fetch: Callable[[str], Series], path: str, time: TimeTable | None) -> Series | None:
    """One series, if it fits the time of the scenario."""
    try:
        series = fetch(path)
    except InvalidInput as error:
        reading.add(where, *(f"{path}: {fault}" for fault in error.faults))
        return None
    faults = []
    if time is not None and abs(series.step_h - time.step_h) > 1e-9:
        agree = f"make them agree: step_h = {series.step_h:g}, or another series"
        faults.append(f"{path} has steps of {series.step_h:g} h, the scenario of {time.step_h:g} h; mend: {agree}")
    if "T00:00" not in series.start:
        faults.append(f"{path} starts at {series.start}; mend: start it at midnight, days are counted from there")
    if day_count(series) < 1:
        faults.append(f"{path} is shorter than a day: {series.n} steps of {series.step_h:g} h; mend: give 24 h at least")
    reading.add(where, *faults)
    return None if faults else series


def _days(reading: Reading, path: str, table: SplitTable, lengths: Sequence[int | None]) -> tuple[int, ...]:
    """The days of a split, all of them where none are listed."""
    total = sum(length or 0 for length in lengths)
    if table.days is None:
        return tuple(range(total))
    seen: set[int] = set()
    for index, day in enumerate(table.days):
        if day in seen:
            reading.add(f"{path}.days[{index}]", f"day {day} is listed twice; mend: drop one")
        seen.add(day)
        if None not in lengths and day >= total:
            reading.add(f"{path}.days[{index}]", f"there is no day {day} in its series; mend: choose from 0 to {total - 1}")
    return table.days


def _origins(paths: Sequence[str], lengths: Sequence[int | None], days: Sequence[int]) -> list[tuple[str, int]]:
    """Where the days of a split come from: file and day within it."""
    whole: list[tuple[str, int]] = []
    for path, length in zip(paths, lengths, strict=True):
        whole += [(path, day) for day in range(length or 0)]
    return [whole[day] for day in sorted(set(days)) if day < len(whole)]


def _refuse_shared(reading: Reading, path: str, origins: Sequence[tuple[str, int]], used: dict[tuple[str, int], str]) -> None:
    """Refuse days that another split uses: what is tested on must not be trained on."""
    both: dict[str, list[int]] = {}
    for origin in origins:
        if origin in used:
            both.setdefault(f"{used[origin]} uses days {{}} of {origin[0]} too", []).append(origin[1])
        used.setdefault(origin, path)
    for text, days in both.items():
        shown = ", ".join(map(str, days[:8])) + (", ..." if len(days) > 8 else "")
        reading.add(f"{path}.days", f"{text.format(shown)}; mend: leave each day to one split")


def column_faults(reading: Reading, items: Sequence[Item[Any]], library: Mapping[str, Series]) -> None:
    """Refuse columns that parts read and series do not have."""
    known = sorted({name for series in library.values() for name in series.columns})
    needed: set[str] = set()
    cars: dict[str, list[str]] = {}
    for one in _reads(items) if library else ():
        if one.column not in known and one.path.endswith(f".{CARS}"):
            cars.setdefault(one.path, []).append(one.column)
            continue
        if one.column not in known:
            reading.add(one.path, str(UnknownName("column", one.column, known)))
            continue
        own = kind_of(one.column).unit
        if one.unit not in {None, own}:
            reading.add(one.path, f"column {one.column!r} is in {own}; mend: name one in {one.unit}")
            continue
        if one.path.endswith(f".{CONNECTION}") and one.unit and not one.column.startswith(CONNECTED):
            reading.add(one.path, f"column {one.column!r} tells of no breaker; mend: name one that begins with {CONNECTED!r}")
            continue
        needed |= {one.column, FORECAST + one.column} if one.foreseen else {one.column}
    for path, columns in cars.items():
        sites = sorted(name.removesuffix(PLUGGED) for name in known if name.endswith(PLUGGED) and not name.startswith(FORECAST))
        mend = f"name one of {', '.join(sites)}" if sites else "generate a year with ev_sites (gridbench.scenario.series.ev)"
        reading.add(path, f"the series have no column {', '.join(map(repr, columns))}; mend: {mend}")
    for path, series in library.items():
        for name in sorted(needed - set(series.columns)):
            who = "observations" if name.startswith(FORECAST) else "devices"
            reading.add("split", f"{path} has no column {name!r}, which {who} read; mend: add it, or drop the series")


def _reads(items: Sequence[Item[Any]]) -> Iterable[Read]:
    """The columns that parts read: the texts under the keys for them, and what else a device says that it reads."""
    for item in items:
        value, stated = item.value, {key: item.text(key) for key in UNITS if item.text(key)}
        plug_in = isinstance(value, Device) and type(value) not in DEVICES.values()
        for key, column in stated.items():
            foreseen = isinstance(value, FORESEEN) and key != CONNECTION
            yield Read(f"{item.path}.{key}", column, None if plug_in else UNITS[key], foreseen)
        for column in value.inputs().values() if isinstance(value, Device) else ():
            if column not in stated.values():
                key = CARS if isinstance(value, EvCharger) else "inputs"
                yield Read(f"{item.path}.{key}", column, None, isinstance(value, FORESEEN))
