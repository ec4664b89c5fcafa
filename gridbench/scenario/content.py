"""The digest of a scenario that no file holds: one hash over its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from gridbench.scenario.digest import digest_of

if TYPE_CHECKING:
    from gridbench.scenario.scenario import Scenario


def content_digest(scenario: Scenario) -> str:
    """Return "sha256:<hex>" over every field of a scenario but its digest; raises TypeError as `plain` does."""
    content = plain(replace(scenario, digest=""))
    return digest_of({"scenario": json.dumps(content, sort_keys=True, separators=(",", ":")).encode()})


def plain(value: object) -> object:
    """Return a value as JSON holds it, equal for equal values in every process.

    A dataclass becomes its qualified class name and its fields, an array its type, shape and hash. Raises TypeError for a value
    that has no such form, a function for instance.
    """
    if value is None or isinstance(value, str | int | float):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return [_class(value), {field.name: plain(getattr(value, field.name)) for field in fields(value)}]
    if isinstance(value, np.ndarray | np.generic) and not value.dtype.hasobject:
        return _array(np.asarray(value))
    if isinstance(value, Mapping):
        return {"map": [[plain(key), plain(inner)] for key, inner in sorted(value.items())]}
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    if isinstance(value, Enum):
        return [_class(value), value.name]
    raise TypeError(f"{value!r:.60} of class {type(value).__name__}")


def _array(array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> object:
    """The type, shape and hash of an array, the same on machines of either byte order."""
    stored = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<")))
    return {"array": [stored.dtype.str, list(array.shape), hashlib.sha256(stored.tobytes()).hexdigest()]}


def _class(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"
