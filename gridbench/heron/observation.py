"""Observation: what an agent may see, and what it was told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gridbench.heron.fields import Fields
    from gridbench.heron.streams import Array


@dataclass(frozen=True, slots=True)
class Observation:
    """Own fields (feature.field), fields of others (agent/feature.field) and messages (sender/kind.field)."""

    local: Fields
    global_: Fields
    messages: Fields
    sampled_s: float = 0.0

    def vector(self) -> Array:
        """Return all of it as (environments, numbers): local, global, messages, each in its own unit."""
        return np.concatenate([self.local.values, self.global_.values, self.messages.values], axis=1)

    def names(self) -> tuple[str, ...]:
        """Return the names of the vector's numbers."""
        return (*self.local.columns, *self.global_.columns, *self.messages.columns)

    def __getitem__(self, name: str) -> Array:
        """Return one number an environment, wherever it stands; raise UnknownName where it is not to be seen."""
        for part in (self.global_, self.messages):
            if name in part:
                return part[name]
        return self.local[name]

    @property
    def batch(self) -> int:
        """How many environments."""
        return self.local.batch
