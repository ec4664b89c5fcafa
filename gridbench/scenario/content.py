"""The digest of a scenario that no file holds: one hash over its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.physics.terms import Device
from gridbench.scenario.digest import digest_of

if TYPE_CHECKING:
    from gridbench.scenario.scenario import Scenario


def content_digest(scenario: Scenario) -> str:
    """Return "sha256:<hex>" over every field of a scenario but its digest; raises TypeError as `plain` does."""
    content = plain(replace(scenario, digest=""))
    return digest_of({"scenario": json.dumps(content, sort_keys=True, separators=(",", ":")).encode()})


def plain(value: object) -> object:
    """Return a value as JSON holds it, equal for equal values in every process.

    A dataclass becomes its qualified class name and its fields, but for options of a device that are not taken, an array its
    type, shape and hash. Raises TypeError for a value that has no such form, a function for instance.
    """
    if value is None or isinstance(value, str | int | float):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        own = {field.name: getattr(value, field.name) for field in fields(value) if not _left_out(value, field)}
        return [_class(value), {name: plain(inner) for name, inner in own.items()}]
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


def _left_out(value: object, field: Field[Any]) -> bool:
    """Whether a field is an option of a device that is not taken: new options must not rename what was there before them."""
    return isinstance(value, Device) and field.default is None and getattr(value, field.name) is None


def _class(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"
