"""A network of one's own as a folder: feeder.toml and tables in CSV, in the form of the built-in single-line networks."""

from __future__ import annotations

import csv
import math
import tomllib
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from gridbench.errors import NetworkError, UnknownName
from gridbench.networks.radial import radial
from gridbench.networks.single_line import branch_name, stated

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gridbench.networks.feeder import Feeder
    from gridbench.networks.tables import Row

ABOUT = "feeder.toml"


class Form(NamedTuple):
    """Columns of a table: those that must be there, those that may be, which hold names of buses, and which numbers above 0."""

    needed: tuple[str, ...]
    optional: tuple[str, ...]
    buses: tuple[str, ...]
    positive: tuple[str, ...]


FORMS = {
    "buses": Form(("name", "base_kv"), ("x_m", "y_m"), (), ("base_kv",)),
    "lines": Form(
        ("from_bus", "to_bus", "rated_a", "r_ohm", "x_ohm"), ("b_us", "open_at", "name"), ("from_bus", "to_bus"), ("rated_a",)
    ),
    "transformers": Form(
        ("from_bus", "to_bus", "rated_kva", "r_percent", "x_percent"),
        ("ratio", "b_percent", "name"),
        ("from_bus", "to_bus"),
        ("rated_kva", "ratio"),
    ),
    "loads": Form(("bus", "p_kw", "q_kvar"), (), ("bus",), ()),
    "shunts": Form(("bus", "p_kw", "q_kvar"), (), ("bus",), ()),
    "switches": Form(("from_bus", "to_bus", "closed"), (), ("from_bus", "to_bus"), ()),
}
"""The tables; of one's own only `buses` must be there, for a network without transformers has no table of them."""
_TEXT = {"name", "bus", "from_bus", "to_bus", "open_at", "closed"}
_RESISTANCES = {"lines": ("r_ohm", "x_ohm"), "transformers": ("r_percent", "x_percent")}
_ABOUT_KEYS = ("source_bus", "source_voltage_pu", "name")


def network_files(folder: Path) -> list[Path]:
    """Return the files of the network in a folder that are there: feeder.toml and the tables of FORMS."""
    names = (ABOUT, *(f"{table}.csv" for table in FORMS))
    return [folder / name for name in names if (folder / name).is_file()]


def network_in(folder: Path, *, base_mva: float = 1.0, floor: bool = True) -> Feeder:
    """Return the feeder of a folder. Raises NetworkError with all faults at once, by file and line.

    The columns are those of FORMS: kV, A, ohm and microsiemens of the whole line, kVA, percent of it, kW and kvar, where shunts
    draw theirs at 1 pu. Impedances below the floor of `networks.equivalent` are raised to it, unless `floor` is False.
    """
    if not folder.is_dir():
        raise NetworkError(str(folder), ["there is no such folder; mend: make it, with feeder.toml, buses.csv, lines.csv, .."])
    found = _Reading(folder)
    about = found.about()
    tables = {table: found.table(table) for table in FORMS}
    found.relations(about, tables)
    grid = [fault for fault in found.faults if not fault.startswith(("loads.csv", "shunts.csv"))]
    if not grid:
        tables |= {} if not found.faults else {"loads": [], "shunts": []}
        try:
            feeder = radial(
                stated(str(about.get("name", folder.name)), about, tables.__getitem__).raw(base_mva=base_mva, floor=floor)
            )
        except NetworkError as error:
            found.faults += error.faults
    if found.faults:
        raise NetworkError(str(folder), found.faults)
    return feeder


class _Reading:
    """A folder being read, and the faults met so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[str] = []
        own = {f"{table}.csv" for table in FORMS}
        for path in sorted(folder.glob("*.csv")):
            if path.name not in own:
                self.faults.append(f"{path.name}: {UnknownName('table', path.name, own)}")

    def about(self) -> dict[str, Any]:
        """What feeder.toml states, without what is wrong in it."""
        path = self.folder / ABOUT
        try:
            facts = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            self.faults.append(f"{ABOUT}: cannot be read ({error.strerror}); mend: state source_bus and source_voltage_pu in it")
            return {}
        except ValueError as error:
            self.faults.append(f"{ABOUT}: is no TOML: {error}; mend: correct the line")
            return {}
        self.faults += [f"{ABOUT}: {UnknownName('key', key, _ABOUT_KEYS)}" for key in facts if key not in _ABOUT_KEYS]
        for key in ("source_bus", "source_voltage_pu"):
            if key not in facts:
                self.faults.append(f"{ABOUT}: {key} is missing; mend: add it")
        for key in ("source_bus", "name"):
            if key in facts and not (isinstance(facts[key], str) and facts[key]):
                self.faults.append(f"{ABOUT}: {key} is {facts[key]!r}; mend: write it as text, in quotes")
        volts = facts.get("source_voltage_pu", 1.0)
        if isinstance(volts, bool) or not isinstance(volts, int | float) or not 0.5 < volts < 1.5:
            self.faults.append(f"{ABOUT}: source_voltage_pu is {volts!r}; mend: give it per unit, about 1")
        return facts

    def table(self, table: str) -> list[Row]:
        """The rows of a table; one that is not there has none."""
        path = self.folder / f"{table}.csv"
        if not path.is_file():
            if table == "buses":
                self.faults.append("buses.csv: missing; mend: add it, with a line `name,base_kv` and one for each bus")
            return []
        try:
            with path.open(encoding="utf-8-sig", newline="") as stream:
                reader = csv.DictReader(stream, strict=True)
                if not self._header(table, list(reader.fieldnames or ())):
                    return []
                return [row for row in reader if self._row(f"{table}.csv, line {reader.line_num}", FORMS[table], row)]
        except (OSError, ValueError, csv.Error) as error:
            self.faults.append(f"{table}.csv: is no CSV in UTF-8 ({error}); mend: save it as that")
            return []

    def _header(self, table: str, header: list[str]) -> bool:
        """Whether the columns are those of the table."""
        form, where = FORMS[table], f"{table}.csv, line 1"
        faults = [f"{where}: column {name!r} is missing; mend: add it" for name in form.needed if name not in header]
        odd = [name for name in header if name not in form.needed + form.optional]
        faults += [f"{where}: {UnknownName('column', name, form.needed + form.optional)}" for name in odd]
        faults += [f"{where}: column {name!r} stands twice; mend: drop one" for name, n in Counter(header).items() if n > 1]
        if len(header) == 1 and len(form.needed) > 1:
            faults = [f"{where}: is {header[0]!r}; mend: part the columns {', '.join(form.needed)} by commas"]
        self.faults += faults
        return not faults

    def _row(self, where: str, form: Form, row: Row) -> bool:
        """Whether the cells of a row are what their columns hold."""
        before = len(self.faults)
        if None in row or None in row.values():
            self.faults.append(f"{where}: has another number of cells than the first line; mend: give each column one")
            return False
        for column, cell in row.items():
            must = column in form.needed
            if column == "closed" and cell not in {"0", "1"}:
                self.faults.append(f"{where}: closed is {cell!r}; mend: write 1 for a closed switch, 0 for an open one")
            elif column in _TEXT and must and not cell:
                self.faults.append(f"{where}: {column} is empty; mend: state it")
            elif column not in _TEXT and (cell or must) and not _holds(cell, positive=column in form.positive):
                what = "a number above 0" if column in form.positive else "a number"
                self.faults.append(f"{where}: {column} is {cell!r}; mend: it must be {what}")
        return len(self.faults) == before

    def relations(self, about: dict[str, Any], tables: dict[str, list[Row]]) -> None:
        """Refuse what contradicts another row: names used twice, buses unknown, lines between voltages."""
        buses = Counter(row["name"] for row in tables["buses"])
        self._twice("buses.csv", "bus", buses, "drop or rename all but one")
        branches = Counter(branch_name(row) for table in _RESISTANCES for row in tables[table])
        self._twice("lines.csv and transformers.csv", "branch", branches, "name them in a column `name`")
        if not any(fault.startswith("buses.csv") for fault in self.faults):
            named = {(table, row[column]) for table, form in FORMS.items() for row in tables[table] for column in form.buses}
            for table, name in sorted(named):
                if name not in buses:
                    self.faults.append(f"{table}.csv: {UnknownName('bus', name, buses)}")
            source = about.get("source_bus")
            if isinstance(source, str) and source and source not in buses:
                self.faults.append(f"{ABOUT}: source_bus: {UnknownName('bus', source, buses)}")
        base_kv = {row["name"]: float(row["base_kv"]) for row in tables["buses"]}
        for row in tables["lines"]:
            self.faults += _line_faults(row, base_kv)
        for table, columns in _RESISTANCES.items():
            for row in tables[table]:
                self.faults += _impedance_faults(table, row, *columns)

    def _twice(self, where: str, what: str, counts: Counter[str], mend: str) -> None:
        self.faults += [f"{where}: {what} {name!r} stands {n} times; mend: {mend}" for name, n in counts.items() if n > 1]


def _line_faults(row: Row, base_kv: dict[str, float]) -> Iterable[str]:
    """What is wrong between the cells of a line."""
    ends, where = (row["from_bus"], row["to_bus"]), f"lines.csv: line {branch_name(row)!r}"
    levels = [base_kv.get(end, 0.0) for end in ends]
    if 0.0 not in levels and not math.isclose(*levels):
        yield f"{where} joins {levels[0]:g} kV and {levels[1]:g} kV; mend: state it in transformers.csv"
    if row.get("open_at") and row["open_at"] not in ends:
        yield f"{where}: open_at is {row['open_at']!r}; mend: name the end at which it is open, or nothing"


def _impedance_faults(table: str, row: Row, r: str, x: str) -> Iterable[str]:
    """What is wrong with the impedance of a branch."""
    where = f"{table}.csv: branch {branch_name(row)!r}"
    if float(row[r]) < 0:
        yield f"{where}: {r} is {row[r]}; mend: it must be 0 or more"
    if float(row[r]) == 0 and float(row[x]) == 0:
        yield f"{where}: {r} and {x} are 0; mend: state it as a closed switch in switches.csv"


def _holds(cell: str, *, positive: bool) -> bool:
    """Whether a cell is a finite number, and above 0 where it must be."""
    try:
        number = float(cell)
    except ValueError:
        return False
    return math.isfinite(number) and (number > 0 or not positive)
