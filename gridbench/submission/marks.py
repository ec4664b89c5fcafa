"""marks.json: what a verification has found a record to be, beside it and bound to its bytes."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridbench.bench.files import read_text, write_text
from gridbench.bench.record import FILE as RECORD
from gridbench.bench.record import Digest
from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

FILE = "marks.json"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class FreshMark(_Strict):
    """How the policy did on days drawn from a seed after it was submitted."""

    seed: Annotated[int, Field(ge=0)]
    days: Annotated[int, Field(ge=1)]
    score_iqm: float
    violating_steps_share: float


class Marks(_Strict):
    """Whether the record was replayed, whether the policy was run again and did the same, and how it did on fresh days."""

    record: Digest
    replayed: bool
    rerun: bool
    fresh: FreshMark | None = None


def record_digest(folder: Path) -> str:
    """Return the sha256 of a folder's record.json, to which its marks are bound."""
    return f"sha256:{hashlib.sha256((folder / RECORD).read_bytes()).hexdigest()}"


def read_marks(folder: Path) -> Marks | None:
    """Return the marks beside a record, None where there are none. Raises InvalidInput for damaged ones, or another record's."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        found = Marks.model_validate_json(read_text(path))
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise InvalidInput(str(path), faults) from None
    if found.record != record_digest(folder):
        raise InvalidInput(str(path), [f"are of another {RECORD}, and count for nothing: remove them, or verify with --mark"])
    return found


def write_marks(folder: Path, *, rerun: bool, fresh: FreshMark | None) -> Marks:
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
