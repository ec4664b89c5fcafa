"""Writing marks.json: what a verification has found a record to be, beside it and bound to its bytes."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from gridbench.bench.files import write_text
from gridbench.bench.record import FILE as RECORD
from gridbench.errors import InvalidInput
from gridbench.standings.marks import FILE, Fresh, Marks, read_marks

if TYPE_CHECKING:
    from pathlib import Path


def record_digest(folder: Path) -> str:
    """Return the sha256 of a folder's record.json, to which its marks are bound."""
    return f"sha256:{hashlib.sha256((folder / RECORD).read_bytes()).hexdigest()}"


def own_marks(folder: Path) -> Marks | None:
    """Return the marks beside a record, None where there are none. Raises InvalidInput for damaged ones, or another record's."""
    found = read_marks(folder)
    if found is None and (folder / FILE).exists():
        fault = f"are of another {RECORD}, and count for nothing: remove them, or verify with --mark"
        raise InvalidInput(str(folder / FILE), [fault])
    return found


def write_marks(folder: Path, *, rerun: bool, fresh: Fresh | None) -> Marks:
    """Write what a verification without faults has found, beside what an earlier one of this record found, and return it."""
    try:
        old = read_marks(folder)
    except InvalidInput:
        old = None
    marks = Marks(
        record=record_digest(folder),
        replayed=True,
        rerun=rerun or (old is not None and old.rerun),
        fresh=fresh or (old.fresh if old else None),
    )
    write_text(folder / FILE, json.dumps(marks.model_dump(mode="json"), indent=1) + "\n")
    return marks
