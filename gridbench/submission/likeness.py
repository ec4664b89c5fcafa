"""Whether two records are the same run: the same bytes, but for what says where and how fast it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridbench.bench.files import read_text
from gridbench.bench.record import read_record
from gridbench.bench.rows import TIMING, parse_rows
from gridbench.submission.beside import BUNDLE

if TYPE_CHECKING:
    from pathlib import Path

    from gridbench.bench.record import Record

VARYING = ("harness",)
"""The parts of a record that say what it was made with."""


def unlike_records(folder: Path, other: Path) -> list[str]:
    """Return in what the record in `folder` differs from that in `other`, beside `harness` and the columns of seconds.

    Numbers are compared as they are written, actions and bundle by their bytes. Raises InvalidInput where one cannot be read.
    """
    one, two = read_record(folder), read_record(other)
    faults = [f"record.json, {place}: {a!a}, there {b!a}" for place, a, b in _differences(_compared(one), _compared(two), "")]
    left, right = (parse_rows(read_text(at / record.episodes), record.episodes) for at, record in ((folder, one), (other, two)))
    differing = sum(_untimed(a) != _untimed(b) for a, b in zip(left, right, strict=False)) + abs(len(left) - len(right))
    if differing:
        faults.append(f"{one.episodes}: {differing} rows differ")
    faults += [f"{name}: other bytes" for name in (one.actions, BUNDLE) if _bytes(folder / name) != _bytes(other / name)]
    return [f"against {other}: {fault}" for fault in faults]


def _compared(record: Record) -> dict[str, Any]:
    document = record.document()
    document["scores"] = _untimed(document["scores"])
    return {part: value for part, value in document.items() if part not in VARYING}


def _untimed(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in TIMING}


def _differences(one: Any, two: Any, place: str) -> list[tuple[str, Any, Any]]:  # noqa: ANN401 - what JSON holds
    if isinstance(one, dict) and isinstance(two, dict):
        keys = [*one, *(key for key in two if key not in one)]
        inner = [_differences(one.get(key), two.get(key), f"{place}.{key}".lstrip(".")) for key in keys]
        return [found for part in inner for found in part]
    return [] if one == two else [(place, one, two)]


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
