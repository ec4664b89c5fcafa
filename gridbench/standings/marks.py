"""marks.json: what was checked of a record by running it again, by whoever keeps the leaderboard."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridbench.bench.files import read_text
from gridbench.bench.record import FILE as RECORD
from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

FILE = "marks.json"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Fresh(_Strict):
    """How the policy did on days drawn after it was handed in: the seed of these days, their number, score and safety."""

    seed: Annotated[int, Field(ge=0)]
    days: Annotated[int, Field(ge=1)]
    score_iqm: float
    violating_steps_share: Annotated[float, Field(ge=0.0, le=1.0)]


class Marks(_Strict):
    """Whether the actions of a record were replayed, the policy itself rerun, and run on fresh days; `record` is its digest."""

    record: str
    replayed: bool = False
    rerun: bool = False
    fresh: Fresh | None = None

    def words(self) -> tuple[str, ...]:
        """Return the marks that are given, in order."""
        given = ("replayed", self.replayed), ("rerun", self.rerun), ("fresh", self.fresh is not None)
        return tuple(word for word, is_given in given if is_given)


def read_marks(folder: Path) -> Marks | None:
    """Return the marks of the record in a folder, None where there are none or they are of another record.

    Raises InvalidInput for a damaged file.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        found = Marks.model_validate_json(read_text(path))
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc'])) or 'the file'}: {one['msg']}" for one in error.errors()]
        raise InvalidInput(str(path), faults) from error
    own = hashlib.sha256((folder / RECORD).read_bytes()).hexdigest()
    return found if found.record.removeprefix("sha256:") == own else None
