"""The splits: their series read, their days inside them, and no day in two splits."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.scenario import Split, day_count
from gridbench.scenario.series import Series, load
from gridbench.scenario.series.columns import kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.scenario.reading import Item, Reading
    from gridbench.scenario.tables import SplitTable, TimeTable

UNITS = {"profile": "pu", "price": "currency/MWh"}
"""The keys of tables that name a column, and the unit of that column."""


def read_splits(
    reading: Reading, items: Sequence[Item[SplitTable]], folder: Path, time: TimeTable | None
) -> tuple[dict[str, Split], dict[str, Series]]:
    """Return the splits by name, and every series that was read by its path in the file; faults go to `reading`."""
    library: dict[str, Series | None] = {}
    splits: dict[str, Split] = {}
    used: dict[tuple[str, int], str] = {}
    for item in items:
        table = item.value
        if table is None:
            continue
        for index, path in enumerate(table.series):
            if path not in library:
                library[path] = _series(reading, f"{item.path}.series[{index}]", folder, path, time)
        series = [library[path] for path in table.series]
        lengths = [day_count(one) if one else None for one in series]
        days = _days(reading, item.path, table, lengths)
        _refuse_shared(reading, item.path, _origins(table.series, lengths, days), used)
        splits[table.name] = Split(table.name, tuple(one for one in series if one), days)
    return splits, {path: one for path, one in library.items() if one}


def _series(reading: Reading, where: str, folder: Path, path: str, time: TimeTable | None) -> Series | None:
    """One series, if it fits the time of the scenario."""
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or "\\" in path:
        reading.add(where, f"{path!r} leaves the folder of the scenario; mend: put the file beside scenario.toml")
        return None
    try:
        series = load(folder / path)
    except InvalidInput as error:
        reading.add(where, *(f"{path}: {fault}" for fault in error.faults))
        return None
    faults = []
    if time is not None and abs(series.step_h - time.step_h) > 1e-9:
        faults.append(f"{path} has steps of {series.step_h:g} h, [time] has {time.step_h:g} h; mend: make them agree")
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


def column_faults(reading: Reading, items: Sequence[Item[object]], library: Mapping[str, Series]) -> None:
    """Refuse columns that tables read and series do not have."""
    known = sorted({name for series in library.values() for name in series.columns})
    needed: set[str] = set()
    for item in items:
        for key, unit in UNITS.items():
            name = item.text(key)
            if not name or not library:
                continue
            if name not in known:
                reading.add(f"{item.path}.{key}", str(UnknownName("column", name, known)))
                continue
            needed.add(name)
            own = kind_of(name).unit
            if own != unit:
                reading.add(f"{item.path}.{key}", f"column {name!r} is in {own}; mend: name one in {unit}")
    for path, series in library.items():
        for name in sorted(needed - set(series.columns)):
            reading.add("split", f"{path} has no column {name!r}, which devices read; mend: add it, or drop the file")
