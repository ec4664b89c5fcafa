"""Action: what an agent does, in units, and how far it had to be clipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gridbench.heron.action_spec import ActionSpec
    from gridbench.heron.streams import Array


@dataclass(frozen=True, slots=True)
class Action:
    """Values in units and the excess that was clipped, in the asker's scale, both (environments, parts)."""

    spec: ActionSpec
    values: Array
    excess: Array

    @property
    def continuous(self) -> Array:
        """The continuous parts, in units."""
        part: Array = self.values[:, ~self.spec.discrete]
        return part

    @property
    def discrete(self) -> Array:
        """The discrete parts, whole numbers from 0."""
        part: Array = self.values[:, self.spec.discrete]
        return part

    @property
    def clipped(self) -> bool:
        """Whether anything was clipped."""
        return bool(np.any(self.excess != 0))

    def report(self) -> dict[str, Array]:
        """Return the excess of every part that was clipped in any environment, by the part's name."""
        return {part.name: self.excess[:, i] for i, part in enumerate(self.spec.parts) if np.any(self.excess[:, i] != 0)}
