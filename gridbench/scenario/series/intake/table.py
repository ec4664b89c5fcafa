"""Table: the cells of a CSV or parquet file as text, by column, with the row that each stands in."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput
from gridbench.scenario.series.intake.rows import rows_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

DELIMITERS = (";", "\t", "|", ",")
"""In the order in which the header line is searched: a comma may stand inside a name, the others hardly ever do."""
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")


@dataclass(frozen=True)
class Table:
    """Text of the cells of each column, and the row of each: the line in a CSV file, counted from 1, the record in parquet."""

    columns: Mapping[str, Sequence[str]]
    rows: Sequence[int]
    decimal: str
    notes: tuple[str, ...] = ()


def read_table(path: Path, delimiter: str | None = None, decimal: str | None = None) -> Table:
    """Return the table of a .parquet file (which needs pyarrow), else of a CSV file in UTF-8 with a header line.

    Left out, the delimiter is the first of ; tab | , in the header, the decimal sign a comma where all fractions have one.
    Raises InvalidInput with all faults of the file's form.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidInput(str(path), [f"cannot be read ({error.strerror}); check the path"]) from error
    if path.suffix.lower() in {".parquet", ".pq"}:
        return _parquet(path, raw)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = f"byte {error.start} is no UTF-8; save the file as UTF-8 (in a spreadsheet: CSV UTF-8)"
        raise InvalidInput(str(path), [fault]) from error
    return _csv(path, text, delimiter, decimal)


def _csv(path: Path, text: str, delimiter: str | None, decimal: str | None) -> Table:
    header, _, _ = text.lstrip("\r\n").partition("\n")
    sign = delimiter or next((one for one in DELIMITERS if one in header), ",")
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
        cells = [(lines.line_num, [cell.strip() for cell in line]) for line in lines]
    except (csv.Error, TypeError) as error:
        raise InvalidInput(
            str(path), [f"is no CSV with delimiter {sign!r} ({error}); correct it, or state --delimiter"]
        ) from error
    filled = [(row, line) for row, line in cells if any(line)]
    if len(filled) < 2:
        raise InvalidInput(str(path), ["has no rows below a header; export it again"])
    names, body = filled[0][1], filled[1:]
    faults = _name_faults(names)
    odd = [row for row, line in body if len(line) != len(names)]
    faults += (
        [f"{rows_text(odd)}: not {len(names)} cells as the header has; mend the delimiter ({sign!r}) or the rows"] if odd else []
    )
    if faults:
        raise InvalidInput(str(path), faults)
    columns = {name: [line[index] for _, line in body] for index, name in enumerate(names)}
    skipped = len(cells) - len(filled)
    notes = (f"{skipped} empty lines skipped",) if skipped else ()
    return Table(columns, [row for row, _ in body], decimal or _decimal(columns, sign), notes)


def _name_faults(names: Sequence[str]) -> list[str]:
    return [
        f"header: column {name!r} stands {count} times; rename all but one" for name, count in Counter(names).items() if count > 1
    ]


def _decimal(columns: Mapping[str, Sequence[str]], delimiter: str) -> str:
    """A comma if it cannot part cells and every fraction of a column that is all numbers has one, else a point."""
    if delimiter == ",":
        return "."
    for cells in columns.values():
        if any(DECIMAL_COMMA.fullmatch(cell) for cell in cells) and not any(
            re.fullmatch(r"[+-]?\d*\.\d+", cell) for cell in cells
        ):
            return ","
    return "."


def _parquet(path: Path, raw: bytes) -> Table:
    try:
        import pyarrow as pa  # noqa: PLC0415 heavy, and an extra
        from pyarrow import parquet  # noqa: PLC0415 heavy, and an extra
    except ModuleNotFoundError as error:
        fault = "reading parquet needs pyarrow: pip install 'gridbench[parquet]', or save the table as CSV"
        raise InvalidInput(str(path), [fault]) from error
    try:
        found = parquet.read_table(io.BytesIO(raw))
        cells = [(name, found.column(index).to_pylist()) for index, name in enumerate(found.column_names)]
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InvalidInput(str(path), [f"is no parquet file that can be read ({error}); write it again"]) from error
    faults = _name_faults(found.column_names)
    if faults or not found.num_rows:
        raise InvalidInput(str(path), faults or ["has no rows; export it again"])
    return Table({name: [_text(cell) for cell in column] for name, column in cells}, range(1, found.num_rows + 1), ".")


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, datetime | date) else str(cell)
