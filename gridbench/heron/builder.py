"""HierarchyBuilder: writes a hierarchy down from the top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.heron.hierarchy import Hierarchy

if TYPE_CHECKING:
    from gridbench.heron.agents.agent import Agent


class HierarchyBuilder:
    """Collects agents and their parents; order is kept, a parent may come later."""

    def __init__(self) -> None:
        """Begin with no agent."""
        self._agents: list[Agent] = []
        self._parents: dict[str, str | None] = {}

    def add(self, *agents: Agent, under: str | Agent | None = None) -> HierarchyBuilder:
        """Add agents under a parent (None: at the top) and return the builder."""
        up = under if isinstance(under, str) or under is None else under.name
        for agent in agents:
            self._agents.append(agent)
            self._parents[agent.name] = up
        return self

    def build(self) -> Hierarchy:
        """Return the checked hierarchy; raise DeclarationError with all its faults."""
        return Hierarchy(self._agents, self._parents)
