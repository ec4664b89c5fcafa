"""Rewards: what each agent earns in a step, compiled where it is only the growth of fields and a sum."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.agents.agent import Agent
from gridbench.heron.errors import named, refuse, shaped
from gridbench.heron.lazy import Lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.heron.streams import Array
    from gridbench.heron.wiring import Wiring


class Rewards:
    """Members before heads; both modes earn by these lines."""

    def __init__(self, wiring: Wiring) -> None:
        """Compile; raise DeclarationError where an agent earns by a field that it does not have."""
        self.wiring = wiring
        agents, own = wiring.agents, wiring.layout.own
        stated = {name: agent.earns for name, agent in agents.items() if agent.earns is not None}
        text = "agent {}: earns by {!r}, which is no field of its own"
        refuse("rewards", [text.format(n, field) for n, (field, _) in stated.items() if field not in own.get(n, {})])
        self._columns = np.array([own[name][field] for name, (field, _) in stated.items()], dtype=np.intp)
        self._factors = np.array([factor for _, factor in stated.values()])
        self._place = {name: i for i, name in enumerate(stated)}
        self._hooked = {name for name, agent in agents.items() if type(agent).reward is not Agent.reward}
        sums = {name: self._growing(name) for name in agents}
        plain = {name: columns for name, columns in sums.items() if columns is not None and columns != [self._place.get(name)]}
        self._sums = {name: i for i, name in enumerate(name for name, columns in plain.items() if columns)}
        self._below = np.array([column for columns in plain.values() for column in columns], dtype=np.intp)
        self._starts = np.cumsum([0, *(len(columns) for columns in plain.values() if columns)])[:-1]
        self._asked = [name for name in wiring.hierarchy.upward if sums[name] is None]

    def earn(self, before: Array, after: Array, elapsed_s: float, time_s: float) -> Mapping[str, Array]:
        """Return each agent's reward (environments,) for a step; raise AgentFailed."""
        grown = (after.take(self._columns, axis=1) - before.take(self._columns, axis=1)) * self._factors
        total = np.add.reduceat(grown.take(self._below, axis=1), self._starts, axis=1) if self._sums else grown
        earned = Lazy(self.wiring.agents, partial(self._compiled, grown, total))
        for name in self._asked:
            earned.put(name, self._ask(name, before, after, earned, elapsed_s, time_s))
        return earned

    def _compiled(self, grown: Array, total: Array, name: str) -> Array:
        if name in self._sums:
            return total[:, self._sums[name]]
        return grown[:, self._place[name]] if name in self._place else np.zeros(len(grown))

    def _growing(self, name: str) -> list[int] | None:
        """Return the columns whose growth an agent earns, those below it included; None where a hook has a say."""
        if name in self._hooked:
            return None
        columns = [self._place[name]] if name in self._place else []
        for child in self.wiring.hierarchy.children[name]:
            below = self._growing(child)
            if below is None:
                return None
            columns += below
        return columns

    def _ask(
        self, name: str, before: Array, after: Array, earned: Mapping[str, Array], elapsed_s: float, time_s: float
    ) -> Array:
        agent = self.wiring.agents[name]
        below = [earned[child] for child in self.wiring.hierarchy.children[name]]
        own = self.wiring.own(name, before), self.wiring.own(name, after)
        return named(name, "reward", time_s, lambda: shaped(agent.reward(*own, below, elapsed_s), (len(after),)))
