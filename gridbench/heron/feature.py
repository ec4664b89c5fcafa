"""Feature: named numbers of an agent that are seen or hidden together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.errors import refuse
from gridbench.heron.visibility import unknown_tags

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from gridbench.heron.streams import Array


@dataclass(frozen=True, slots=True)
class Field:
    """One number: its name, its unit as text, its bounds and where it starts (both in that unit).

    A learner is given (value - offset) / scale.
    """

    name: str
    unit: str = ""
    lo: float = -math.inf
    hi: float = math.inf
    start: float = 0.0
    scale: float = 1.0
    offset: float = 0.0
    meaning: str = ""

    def faults(self, where: str) -> list[str]:
        """Return what is wrong with the field."""
        if math.isnan(self.lo) or math.isnan(self.hi) or self.lo > self.hi:
            return [f"{where}.{self.name}: bounds [{self.lo:g}, {self.hi:g}] hold no number"]
        if not (self.lo <= self.start <= self.hi and math.isfinite(self.start)):
            return [f"{where}.{self.name}: starts at {self.start:g}, outside [{self.lo:g}, {self.hi:g}]"]
        if not (self.scale > 0 and math.isfinite(self.scale) and math.isfinite(self.offset)):
            return [f"{where}.{self.name}: scale {self.scale:g} and offset {self.offset:g}; give finite ones, the scale above 0"]
        return []


@dataclass(frozen=True)
class Feature:
    """A group of fields and its visibility: some of owner, upper_level, system, public, any of which suffices."""

    name: str
    fields: tuple[Field, ...]
    visibility: Collection[str] = ("owner",)

    def __post_init__(self) -> None:
        """Freeze the tags; what is wrong is said by the agent that gets the feature."""
        tags = [self.visibility] if isinstance(self.visibility, str) else self.visibility
        object.__setattr__(self, "visibility", frozenset(tags))

    def faults(self) -> list[str]:
        """Return what is wrong with it: unknown tags, empty bounds, doubled names."""
        where = f"feature {self.name}"
        names = [field.name for field in self.fields]
        faults = unknown_tags(self.tags, where) + [fault for field in self.fields for fault in field.faults(where)]
        faults += [f"{where}.{name}: declared twice" for name in sorted({n for n in names if names.count(n) > 1})]
        return faults + ([f"{where}: the name holds '.' or '/'"] if set("./") & set(self.name) else [])

    @property
    def tags(self) -> frozenset[str]:
        """The visibility tags."""
        return frozenset(self.visibility)

    def to_vector(self, values: Mapping[str, float]) -> Array:
        """Return values by name as a vector in the order of the fields; raise DeclarationError for a wrong or outlying one."""
        where = f"feature {self.name}"
        known = {field.name for field in self.fields}
        faults = [f"{where}.{name}: no such field" for name in sorted(set(values) - known)]
        for field in self.fields:
            if field.name not in values:
                faults.append(f"{where}.{field.name}: missing")
            elif not field.lo <= values[field.name] <= field.hi:
                faults.append(f"{where}.{field.name}: {values[field.name]:g} is outside [{field.lo:g}, {field.hi:g}]")
        refuse(where, faults)
        return np.array([values[field.name] for field in self.fields], dtype=float)

    def from_vector(self, vector: Array) -> dict[str, float]:
        """Return a vector as values by name; raise DeclarationError if its length is wrong."""
        if vector.shape != (len(self.fields),):
            refuse(f"feature {self.name}", [f"a vector of shape {vector.shape} for {len(self.fields)} fields"])
        return {field.name: float(value) for field, value in zip(self.fields, vector, strict=True)}
