"""Mapping: which column of a file becomes which of a series, in which units, and what may be done about its flaws."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

Method = Literal["linear", "hold", "yesterday"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRule:
    """[time]: the column of stamps, the zone of those that carry no offset (an IANA name, UTC or +01:00), their format.

    Without `format` stamps are ISO 8601. `stamps` says which end of its step each one names.
    """

    column: str
    zone: str | None = None
    format: str | None = None
    stamps: Literal["begin", "end"] = "begin"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRule:
    """[columns.<ours>]: the column of the file, its unit, the rating that is 1 pu, in that unit, and a rate of exchange."""

    source: str
    unit: str | None = None
    rating: float | None = None
    exchange: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """[treatment]: the step wanted, and what may be done about flaws; by default nothing is, and all are refused.

    Gaps of up to `fill_gaps` steps of the source are filled by `fill`; power up to `clip_pu` below zero becomes zero.
    """

    step_min: float = 60.0
    fill_gaps: int = 0
    fill: Method = "linear"
    drop_duplicates: bool = False
    sort: bool = False
    clip_pu: float = 0.0
    forecast: Literal["persistence"] | None = None
    delimiter: str | None = None
    decimal: Literal[".", ","] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """All that an intake is told: [time], one [columns.<ours>] for each column of the series, and [treatment]."""

    time: TimeRule
    columns: dict[str, ColumnRule] = field(default_factory=dict)
    treatment: Treatment = field(default_factory=Treatment)


@cache
def _form() -> TypeAdapter[list[Mapping]]:
    return TypeAdapter(list[Mapping], config=ConfigDict(extra="forbid", allow_inf_nan=False, strict=True))


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the tables of a mapping file as written. Raises InvalidInput."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(str(path), [f"cannot be read ({error.strerror}); check the path"]) from error
    except ValueError as error:
        raise InvalidInput(str(path), [f"is no TOML: {error}; correct the line"]) from error


def mapping_of(raw: dict[str, Any], where: str) -> Mapping:
    """Return the mapping that tables state. Raises InvalidInput with every unknown key and wrong type at once."""
    try:
        found = _form().validate_json(json.dumps([raw], default=str))[0]  # JSON, where a table may become a dataclass strictly
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg'].lower()}; correct it" for one in error.errors()]
        raise InvalidInput(where, faults) from error
    rules = found.treatment
    faults = [] if 0.0 < rules.step_min <= 1440.0 else [f"treatment.step_min is {rules.step_min:g}; state minutes in (0, 1440]"]
    faults += [] if rules.fill_gaps >= 0 else [f"treatment.fill_gaps is {rules.fill_gaps}; state 0 or more steps"]
    faults += [] if 0.0 <= rules.clip_pu <= 0.05 else [f"treatment.clip_pu is {rules.clip_pu:g}; state 0 to 0.05"]
    faults += [] if found.columns else ["columns: none; map at least one"]
    if faults:
        raise InvalidInput(where, faults)
    return found
