"""Declaration: agents, world, step and ending, stated once and run in two ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.heron.errors import refuse
from gridbench.heron.scheduling.clock import time_faults
from gridbench.heron.visibility import unknown_tags

if TYPE_CHECKING:
    from gridbench.heron.hierarchy import Hierarchy
    from gridbench.heron.plant import Plant
    from gridbench.heron.termination import Ending


@dataclass(frozen=True)
class Declaration:
    """A step of step_s seconds; tags beyond `observability` (public, owner, upper_level, system) do not count."""

    hierarchy: Hierarchy
    plant: Plant
    step_s: float
    ending: Ending
    observability: str = "system"

    def __post_init__(self) -> None:
        """Raise DeclarationError for a step that is no time, or an unknown observability."""
        faults = time_faults(self.step_s, "step_s", least_ns=1)
        refuse("declaration", faults + unknown_tags([self.observability], "observability"))
