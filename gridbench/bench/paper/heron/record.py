"""Records of the case study's experiments: one small JSON file each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridbench.bench.files import read_text, write_text
from gridbench.bench.record import Count, Digest, Share  # noqa: TC001 - pydantic reads them
from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

Seconds = Annotated[float, Field(gt=0.0)]
Shape = Literal["flat", "hierarchical"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Grid(_Strict):
    """Which scenario, with the digest of its files, and which days of it."""

    id: str
    digest: Digest
    split: str
    days: tuple[Count, ...]


class Days(_Strict):
    """What days came to, by day: money (usd), share of violating steps, share of the available renewable energy that was used.

    The last is missing where it was not measured.
    """

    cost_usd: tuple[float, ...]
    violating: tuple[Share, ...]
    renewable: tuple[Share, ...] | None = None


class Point(_Strict):
    """A point of a learning curve: environment steps, and the mean cost of a validation day (usd)."""

    steps: Count
    cost_usd: float


class _Experiment(_Strict):
    """A record: which schema it follows, and the name of its file."""

    schema_version: Literal[1] = 1
    name: str


class Trained(_Experiment):
    """A training, and the test days of its best policy under each level of observability."""

    grid: Grid
    words: tuple[str, ...]
    algorithm: str
    seed: Count
    steps: Count
    seconds: Seconds
    changes: tuple[str, ...]
    versions: dict[str, str]
    policy: Digest
    curve: Annotated[tuple[Point, ...], Field(min_length=2)]
    tested: dict[str, Days]


class Timed(_Experiment):
    """Test days of a policy on a timeline: the schedule in words, and what the days came to."""

    grid: Grid
    policy_name: str
    policy: Digest
    schedule: dict[str, str]
    seed: Count
    seconds: Seconds
    days: Days


class Scaled(_Experiment):
    """A grid of so many microgrids with so many devices each: its sizes, and the processor seconds of a step of one day."""

    microgrids: Count
    devices: Count
    agents: Count
    buses: Count
    shape: Shape
    batch: Count
    step_s: Seconds


class Learnt(_Experiment):
    """A short training on a grid of that kind."""

    seed: Count
    steps: Count
    seconds: Seconds
    changes: tuple[str, ...]
    versions: dict[str, str]
    curve: Annotated[tuple[Point, ...], Field(min_length=2)]


class Referred(_Experiment):
    """Test days of a policy from its record in results/, and the certified intervals of the days (usd)."""

    grid: Grid
    policy: Digest
    days: Days
    bound_usd: tuple[float, ...]
    witness_usd: tuple[float, ...]


One = TypeVar("One", bound=BaseModel)


def read(path: Path, kind: type[One]) -> One:
    """Return a record; raises InvalidInput with all faults."""
    try:
        return kind.model_validate_json(read_text(path))
    except ValidationError as error:
        found = [f"{'.'.join(map(str, one['loc'])) or 'record'}: {one['msg']}" for one in error.errors()]
        mend = "delete it, and make it again with `gridbench paper heron --rerun`"
        raise InvalidInput(str(path), [*found, mend]) from None


def write(path: Path, record: BaseModel) -> None:
    """Write a record, whole or not at all; raises StorageError."""
    write_text(path, json.dumps(record.model_dump(mode="json"), indent=1) + "\n")
