"""Questions to the records in SQL: DuckDB over the tables of all records below a folder, read-only, in memory."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.bench.result_tables import TABLES, read_tables, types_of
from gridbench.errors import InvalidInput, UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

WHERE = "the query"
LOCKS = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET python_enable_replacements = false",
    "SET temp_directory = ''",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
"""What is set before a query is heard: it reaches no file, no network and no variable, and cannot undo that."""


@dataclass(frozen=True)
class Answer:
    """The rows of a query, and the names of their columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def dicts(self) -> list[dict[str, Any]]:
        """Return the rows by column; raises InvalidInput where two columns have one name."""
        twice = sorted({name for name in self.columns if self.columns.count(name) > 1})
        if twice:
            raise InvalidInput(WHERE, [f"two columns are named {name!r}: tell them apart with AS" for name in twice])
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def query(sql: str, results: Path | str = "results", scenarios: Sequence[Path | str] = ()) -> list[dict[str, Any]]:
    """Return the rows of one SELECT over the records below a folder, by column; see `ask`."""
    return ask(sql, results, scenarios).dicts()


def ask(sql: str, results: Path | str = "results", scenarios: Sequence[Path | str] = ()) -> Answer:
    """Return the answer to one SELECT over the tables `records`, `episodes`, `failures` and `training`.

    `scenarios` are folders in which scenarios stand that are not built in, for `admissible`. Raises InvalidInput where DuckDB
    is missing, with the faults of all damaged records, and for what is not one statement that only reads; UnknownName, with
    the nearest names, for a table or column that is not there.
    """
    duck = _duckdb()
    with duck.connect(":memory:") as connection:
        _one_select(connection, sql)
        known = _load(connection, Path(results), _named(sql), [Path(home) for home in scenarios])
        for lock in LOCKS:
            connection.execute(lock)
        try:
            found = connection.execute(sql)
            names = [column[0] for column in found.description or ()]
            rows = found.fetchall()
        except duck.Error as error:
            raise _refused(str(error), known) from error
    return Answer(tuple(names), tuple(tuple(_plain(value) for value in row) for row in rows))


def columns(results: Path | str = "results") -> list[tuple[str, str, str]]:
    """Return (table, column, SQL type) of all tables; raises InvalidInput with the faults of all damaged records."""
    tables = read_tables(Path(results), TABLES)
    return [(name, column, kind) for name, rows in tables.items() for column, kind in types_of(name, rows).items()]


def _duckdb() -> Any:  # noqa: ANN401 - a module that may be missing
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise InvalidInput(WHERE, ["needs DuckDB: pip install 'gridbench[sql]'"]) from error
    return duckdb


def _one_select(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raise InvalidInput where a text is not one statement that only reads."""
    duck = _duckdb()
    try:
        statements = connection.extract_statements(sql)
    except duck.Error as error:
        raise _refused(str(error), {}) from error
    if len(statements) != 1 or statements[0].type != duck.StatementType.SELECT:
        found = ", ".join(statement.type.name for statement in statements) or "nothing"
        raise InvalidInput(WHERE, [f"must be one SELECT, is {found}"])


def _named(sql: str) -> list[str]:
    """Return which tables a text may mean: those that occur in it, all where none does."""
    return [name for name in TABLES if name in sql.lower()] or list(TABLES)


def _load(
    connection: duckdb.DuckDBPyConnection, results: Path, names: Sequence[str], homes: Sequence[Path]
) -> dict[str, list[str]]:
    """Make the tables and return their columns by name."""
    known = {}
    for name, rows in read_tables(results, names, homes).items():
        types = types_of(name, rows)
        listed = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
        connection.execute(f"CREATE TABLE {name} ({listed})")
        if rows:
            arrays = {column: _array([row.get(column) for row in rows], kind) for column, kind in types.items()}
            connection.register("incoming", arrays)
            connection.execute(f"INSERT INTO {name} SELECT * FROM incoming")  # noqa: S608 - names of TABLES
            connection.unregister("incoming")
        known[name] = list(types)
    return known


def _array(values: list[Any], kind: str) -> np.ndarray[Any, Any]:
    plain = kind == "DOUBLE" and None not in values
    return np.array(values, dtype=np.float64 if plain else object)


def _refused(message: str, known: Mapping[str, Sequence[str]]) -> UnknownName | InvalidInput:
    """Return the error that DuckDB's message stands for, with names of the tables that were read."""
    column = re.search(r'column "([^"]+)" not found|does not have a column named "([^"]+)"', message)
    if column:
        return UnknownName("column", column[1] or column[2], {name for names in known.values() for name in names})
    table = re.search(r"Table with name (\S+) does not exist", message)
    if table:
        return UnknownName("table", table[1], TABLES)
    first, _, _ = message.partition("\n")
    return InvalidInput(WHERE, [first.strip()])


def _plain(value: object) -> object:
    """Return a value as JSON has it: decimals as floats, what is not finite as None, dates and the like as text."""
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    return value if value is None or isinstance(value, bool | int | str) else str(value)
