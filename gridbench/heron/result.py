"""StepResult: what a step returns, in either mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.heron.action import Action
    from gridbench.heron.observation import Observation
    from gridbench.heron.streams import Array, Mask


@dataclass(frozen=True, slots=True)
class StepResult:
    """By agent: observations, rewards and the newest actions; by environment: terminated and truncated."""

    observations: Mapping[str, Observation]
    rewards: Mapping[str, Array]
    terminated: Mask
    truncated: Mask
    actions: Mapping[str, Action]

    def clipped(self) -> dict[str, dict[str, Array]]:
        """Return the excess that was clipped, by agent and part; empty if nothing was."""
        return {name: action.report() for name, action in self.actions.items() if action.clipped}
