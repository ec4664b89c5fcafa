"""Layout: where every field of every agent stands in one state vector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridbench.heron.agents.agent import Agent
    from gridbench.heron.feature import Field
    from gridbench.heron.streams import Array


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of the state vector: whose field it is, and who may see it."""

    agent: str
    feature: str
    field: Field
    tags: frozenset[str]

    @property
    def name(self) -> str:
        """The field as its owner calls it: feature.field."""
        return f"{self.feature}.{self.field.name}"

    @property
    def path(self) -> str:
        """The field as others call it: agent/feature.field."""
        return f"{self.agent}/{self.name}"


class Layout:
    """The slots of all agents, in the order of declaration."""

    def __init__(self, agents: Iterable[Agent]) -> None:
        """Lay the features of the agents side by side."""
        self.slots = tuple(
            Slot(agent.name, feature.name, field, feature.tags)
            for agent in agents
            for feature in agent.features
            for field in feature.fields
        )
        self.paths = {slot.path: i for i, slot in enumerate(self.slots)}
        self.own: dict[str, dict[str, int]] = {}
        for i, slot in enumerate(self.slots):
            self.own.setdefault(slot.agent, {})[slot.name] = i

    def column(self, path: str) -> int:
        """Return the column of agent/feature.field; raise UnknownName if there is none."""
        if path not in self.paths:
            raise UnknownName("field", path, self.paths)
        return self.paths[path]

    def start(self, batch: int) -> Array:
        """Return the starting values of a batch of environments, each in its field's unit."""
        return np.tile(np.array([slot.field.start for slot in self.slots], dtype=float), (batch, 1))
