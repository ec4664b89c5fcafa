"""Rewards: what each agent earns in a step, compiled where it is only the growth of fields and a sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.agents.agent import Agent
from gridbench.heron.errors import named, refuse, shaped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.heron.streams import Array
    from gridbench.heron.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Sum:
    """A head's reward: its own column of growth, if it has one, the columns of plain members, and members by name."""

    own: int | None
    plain: NDArray[np.intp]
    others: tuple[str, ...]


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
        self._sums = {name: self._sum(name) for name in wiring.hierarchy.upward if name not in self._hooked}

    def earn(self, before: Array, after: Array, elapsed_s: float, time_s: float) -> dict[str, Array]:
        """Return each agent's reward (environments,) for a step; raise AgentFailed."""
        grown = (np.take(after, self._columns, axis=1) - np.take(before, self._columns, axis=1)) * self._factors
        earned: dict[str, Array] = {}
        for name in self.wiring.hierarchy.upward:
            if name in self._hooked:
                earned[name] = self._asked(name, before, after, earned, elapsed_s, time_s)
                continue
            law = self._sums[name]
            reward = grown[:, law.own] if law.own is not None else np.zeros(len(after))
            if law.plain.size:
                reward = reward + np.take(grown, law.plain, axis=1).sum(axis=1)
            for other in law.others:
                reward = reward + earned[other]
            earned[name] = reward
        return earned

    def _sum(self, name: str) -> Sum:
        children = self.wiring.hierarchy.children
        plain = [n for n in children[name] if n not in self._hooked and not children[n] and n in self._place]
        others = tuple(n for n in children[name] if n not in plain)
        return Sum(self._place.get(name), np.array([self._place[n] for n in plain], dtype=np.intp), others)

    def _asked(
        self, name: str, before: Array, after: Array, earned: dict[str, Array], elapsed_s: float, time_s: float
    ) -> Array:
        agent = self.wiring.agents[name]
        below = [earned[child] for child in self.wiring.hierarchy.children[name]]
        own = self.wiring.own(name, before), self.wiring.own(name, after)
        return named(name, "reward", time_s, lambda: shaped(agent.reward(*own, below, elapsed_s), (len(after),)))
