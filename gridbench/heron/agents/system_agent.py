"""SystemAgent: over coordinators, level 3."""

from __future__ import annotations

from typing import ClassVar

from gridbench.heron.agents.coordinator_agent import CoordinatorAgent
from gridbench.heron.visibility import SYSTEM_LEVEL


class SystemAgent(CoordinatorAgent):
    """The agent at the top; it sees what is tagged `system`."""

    level: ClassVar[int] = SYSTEM_LEVEL
