"""Hierarchy: who stands under whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.heron.agents.coordinator_agent import CoordinatorAgent
from gridbench.heron.errors import refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gridbench.heron.agents.agent import Agent


class Hierarchy:
    """Agents by name and the parent of each (None at the top); every parent is of a higher level."""

    def __init__(self, agents: Iterable[Agent], parents: Mapping[str, str | None]) -> None:
        """Hold a checked forest; raise DeclarationError with all faults: doubles, strangers, cycles, levels."""
        given = list(agents)
        names = [agent.name for agent in given]
        self.agents = {agent.name: agent for agent in given}
        self.parents = {name: parents.get(name) for name in self.agents}
        faults = [f"agent {name}: declared twice" for name in sorted({n for n in names if names.count(n) > 1})]
        faults += [f"agent {name}: parent of no declared agent" for name in parents if name not in self.agents]
        faults += self._unknown_parents() + self._cycles()
        refuse("hierarchy", faults)
        refuse("hierarchy", self._levels())
        self.children = {name: tuple(n for n, up in self.parents.items() if up == name) for name in self.agents}
        levels = sorted({agent.level for agent in given})
        self.upward = tuple(name for level in levels for name in self.agents if self.agents[name].level == level)
        self.downward = tuple(name for level in levels[::-1] for name in self.agents if self.agents[name].level == level)

    def heads(self) -> tuple[CoordinatorAgent, ...]:
        """Return the agents that have others below them."""
        return tuple(a for a in self.agents.values() if isinstance(a, CoordinatorAgent) and self.children[a.name])

    def _unknown_parents(self) -> list[str]:
        return [
            f"agent {name}: parent {up!r} is not declared; known: {', '.join(sorted(self.agents))}"
            for name, up in self.parents.items()
            if up is not None and up not in self.agents
        ]

    def _cycles(self) -> list[str]:
        faults, told = [], set[str]()
        for name in self.agents:
            path: list[str] = []
            at: str | None = name
            while at is not None and at not in path:
                path.append(at)
                at = self.parents.get(at)
            if at == name and not told & set(path):
                told |= set(path)
                faults.append(f"agent {name}: parent: a cycle, {' under '.join([*path, name])}")
        return faults

    def _levels(self) -> list[str]:
        faults = []
        for name, up in self.parents.items():
            if up is None:
                continue
            low, high = self.agents[name].level, self.agents[up].level
            if high <= low or not isinstance(self.agents[up], CoordinatorAgent):
                faults.append(f"agent {name}: parent {up} is of level {high}, not a head above level {low}")
        return faults
