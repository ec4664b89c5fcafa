"""ProxyAgent: holds the state, and hands every agent the part that it may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.agents.agent import Agent
from gridbench.heron.fields import Fields
from gridbench.heron.visibility import counting, sees

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gridbench.heron.hierarchy import Hierarchy
    from gridbench.heron.layout import Layout
    from gridbench.heron.streams import Array


@dataclass(frozen=True, slots=True)
class View:
    """Visibility compiled for one agent: columns of the state, its own and others', and their names."""

    local: NDArray[np.intp]
    global_: NDArray[np.intp]
    local_names: Mapping[str, int]
    global_names: Mapping[str, int]


class ProxyAgent(Agent):
    """Answers what an agent may see, compiled (index arrays) or interpreted (tag by tag)."""

    def __init__(self, hierarchy: Hierarchy, layout: Layout, observability: str) -> None:
        """Stand between the state and the agents of a hierarchy; tags beyond the observability do not count."""
        super().__init__("proxy")
        self.hierarchy = hierarchy
        self.layout = layout
        self.counted = counting(observability)

    def may_see(self, viewer: str, column: int) -> bool:
        """Return whether an agent may see a column of the state."""
        slot = self.layout.slots[column]
        return sees(viewer, slot.agent, slot.tags & self.counted, self.hierarchy)

    def compile(self, viewer: str) -> View:
        """Return the visibility of an agent as index arrays."""
        seen = [i for i in range(len(self.layout.slots)) if self.may_see(viewer, i)]
        local = [i for i in seen if self.layout.slots[i].agent == viewer]
        others = [i for i in seen if self.layout.slots[i].agent != viewer]
        return View(
            np.array(local, dtype=np.intp),
            np.array(others, dtype=np.intp),
            {self.layout.slots[i].name: n for n, i in enumerate(local)},
            {self.layout.slots[i].path: n for n, i in enumerate(others)},
        )

    def interpret(self, viewer: str, values: Array) -> tuple[Fields, Fields]:
        """Return own and others' visible fields of one environment's state, asking every tag anew."""
        local: dict[str, float] = {}
        others: dict[str, float] = {}
        for i, slot in enumerate(self.layout.slots):
            if self.may_see(viewer, i):
                mine = slot.agent == viewer
                (local if mine else others)[slot.name if mine else slot.path] = float(values[0, i])
        return _fields(local), _fields(others)


def _fields(numbers: dict[str, float]) -> Fields:
    row = np.array(list(numbers.values()), dtype=float).reshape(1, -1)
    return Fields({name: i for i, name in enumerate(numbers)}, row)
