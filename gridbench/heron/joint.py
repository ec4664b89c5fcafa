"""Joint: the actions of all who decide side by side, and where each control and each setpoint stands among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.action import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.heron.messaging.inbox import Inbox
    from gridbench.heron.streams import Array
    from gridbench.heron.wiring import Wiring


class Joint:
    """Protocols that only split a joint action, compiled to index arrays through all levels."""

    def __init__(self, wiring: Wiring) -> None:
        """Find who decides (heads before members) and the columns of everyone's parts among theirs."""
        self.wiring = wiring
        self.deciders = tuple(n for n in wiring.hierarchy.downward if n in wiring.actors and n not in wiring.split)
        speaking = wiring.speakers & set(wiring.split)  # heads that are set, and have something of their own to say
        self.turns = tuple(n for n in wiring.hierarchy.downward if n in self.deciders or n in speaking)
        """Who decides or speaks in a step, heads before members."""
        sizes = [len(wiring.specs[name]) for name in self.deciders]
        self._begin = dict(zip(self.deciders, np.cumsum([0, *sizes[:-1]]).tolist(), strict=True)) if sizes else {}
        self._controls = self._columns({n: len(agent.action) for n, agent in wiring.agents.items() if len(agent.action)})
        told = {name: wiring.link[head, name] for name, (head, _) in wiring.split.items()}
        self._told = np.array([c for link in told.values() for c in range(link.columns.start, link.columns.stop)], dtype=np.intp)
        self._links = np.array([link.index for link in told.values()], dtype=np.intp)
        self._said = self._columns({name: len(wiring.specs[name]) for name in told})

    def _columns(self, sizes: Mapping[str, int]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        columns: list[int] = []
        for name, size in sizes.items():
            decider, begin = self.wiring.decider(name)
            columns += range(self._begin[decider] + begin, self._begin[decider] + begin + size)
        return np.array(columns, dtype=np.intp)

    def values(self, actions: Mapping[str, Action]) -> Array:
        """Return the deciders' actions side by side (environments, parts), in units."""
        return np.concatenate([actions[name].values for name in self.deciders], axis=1)

    def controls(self, joint: Array) -> Array:
        """Return the controls of all agents (environments, controls), in units."""
        return joint.take(self._controls, axis=1)

    def tell(self, joint: Array, inbox: Inbox) -> None:
        """Put what is set into the inbox of those who are set."""
        if self._told.size:
            inbox.values[:, self._told] = joint.take(self._said, axis=1)
            inbox.received[:, self._links] = True

    def action(self, actions: Mapping[str, Action], agent: str) -> Action:
        """Return the action of one whose head decided, out of the deciders' actions."""
        spec = self.wiring.specs[agent]
        decider, begin = self.wiring.decider(agent)
        values = actions[decider].values[:, begin : begin + len(spec)]
        return Action(spec, values, np.zeros(values.shape))
