"""Turn: how an agent reports, decides and announces. Both modes take their turns here, so there is one law."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.action import Action
from gridbench.heron.agents.agent import Agent
from gridbench.heron.errors import ActionRefused, named, shaped
from gridbench.heron.reader import Reader
from gridbench.heron.termination import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gridbench.heron.fields import Fields
    from gridbench.heron.messaging.inbox import Inbox, Link
    from gridbench.heron.observation import Observation
    from gridbench.heron.streams import Array, Mask
    from gridbench.heron.wiring import Wiring

    See = Callable[[], Observation]


MISSING = "action: missing; give the step an ask for it, or the agent a policy"


class Turn:
    """Asks agents and protocols in the name of a run; an agent's fault comes out with its name."""

    def __init__(self, wiring: Wiring, batch: int) -> None:
        """Take turns for a batch of environments."""
        self.wiring = wiring
        self.batch = batch
        self.given: dict[str, Action] = {}
        self._last: dict[str, Array] = {}
        self._news: dict[str, int] = {}
        self._told: dict[str, Action] = {}

    def give(self, asks: Mapping[str, Array] | None, *, boxed: bool = False) -> None:
        """Take asks that stand for policies, or points of the box [-1, 1] that stand for asks.

        Raise ActionRefused for any that is bad, before anything moves.
        """
        asks = asks or {}
        order = tuple(asks)
        if order not in self.wiring.readers:
            self._check_known(order)
            self.wiring.readers[order] = Reader({name: self.wiring.specs[name] for name in order})
        self._check_missing(asks)
        self.given = self.wiring.readers[order].read(asks, self.batch, boxed=boxed)

    def _check_missing(self, asks: Mapping[str, Array]) -> None:
        for name in self.wiring.deciders:
            agent = self.wiring.agents[name]
            if name not in asks and agent.policy is None and type(agent).act is Agent.act:
                raise ActionRefused(f"agent {name}", [MISSING])

    def _check_known(self, names: tuple[str, ...]) -> None:
        for name in names:
            if name not in self.wiring.specs:
                raise ActionRefused(f"agent {name}", [f"action: no such agent; known: {', '.join(self.wiring.specs)}"])
            if name in self.wiring.directed:
                head, _ = self.wiring.directed[name]
                text = f"action: {head.protocol.name} of {head.name} decides for it; give {head.name} an ask"
                raise ActionRefused(f"agent {name}", [text])

    def messages(self, agent: str, inbox: Inbox) -> Fields:
        """Return the newest messages to an agent, named sender>kind.field."""
        return self.wiring.heard(agent, inbox.values)

    def report(self, agent: str, observation: Observation, time_s: float) -> tuple[Link, Array]:
        """Return what a reporter tells its head, and on which link; raise AgentFailed."""
        head, group = self.wiring.upper[agent]
        link = self.wiring.link[agent, head.name]
        shape = (observation.batch, len(link.kind))
        ask = partial(head.protocol.report, group, agent, observation)
        return link, named(agent, "its report", time_s, lambda: shaped(ask(), shape))

    def decide(self, agent: str, see: See, inbox: Inbox, time_s: float) -> Action:
        """Return an agent's action: told, directed, given, or its policy's; raise AgentFailed or ActionRefused.

        `see` is asked for the observation only where someone looks at it.
        """
        spec = self.wiring.specs[agent]
        if agent in self.wiring.directed:
            head, group = self.wiring.directed[agent]
            link = self.wiring.link[head.name, agent]
            if agent in self.wiring.split and inbox.news[link.index] == self._news.get(agent):
                return self._told[agent]
            payload, told = inbox.read(link)
            if agent in self.wiring.split:  # the head's own parts, within bounds already
                action = Action(spec, self._heard(agent, payload, told), np.zeros(payload.shape))
                self._news[agent], self._told[agent] = inbox.news[link.index], action
            else:
                answer = self._answer(agent, partial(head.protocol.answer, group, agent, payload), see, time_s)
                action = self._fit(agent, spec.take(self._heard(agent, answer, told), agent))
        else:
            action = self.given[agent] if agent in self.given else self._fit(agent, self._asked(agent, see(), time_s))
        self._last[agent] = action.values
        return action

    def _heard(self, agent: str, values: Array, told: Mask) -> Array:
        """Return the values where the agent has been told anything, elsewhere what it did before."""
        if told.all():
            return values
        before = self._last[agent] if agent in self._last else self.wiring.specs[agent].idle(self.batch)
        return np.where(told[:, None], values, before)

    def _answer(self, agent: str, ask: Callable[[Observation], Array], see: See, time_s: float) -> Array:
        shape = (self.batch, len(self.wiring.specs[agent]))
        observation = see()
        return named(agent, "its answer", time_s, lambda: shaped(ask(observation), shape))

    def announce(self, agent: str, action: Action, inbox: Inbox, time_s: float) -> list[tuple[Link, Array]]:
        """Return what a head tells its members, and on which links; raise AgentFailed."""
        group = self.wiring.groups.get(agent)
        if group is None:
            return []
        protocol = self.wiring.heads[agent].protocol
        reports = {name: inbox.read(self.wiring.link[name, agent]) for name in group.members if (name, agent) in self.wiring.link}
        head = action.values[:, len(group.head.action) :]
        said = named(agent, "its protocol", time_s, lambda: protocol.announce(group, head, reports))
        return [(self.wiring.link[agent, name], payload) for name, payload in said.items()]

    def observe(self, agent: str, observation: Observation, time_s: float) -> Observation:
        """Return what the agent makes of an observation; raise AgentFailed."""
        return named(agent, "observe", time_s, lambda: self.wiring.agents[agent].observe(observation))

    def _fit(self, agent: str, action: Action) -> Action:
        if len(action.values) != self.batch:
            raise ActionRefused(f"agent {agent}", [f"action: {len(action.values)} rows for {self.batch} environments"])
        return action

    def _asked(self, agent: str, observation: Observation, time_s: float) -> Action:
        declared, spec = self.wiring.agents[agent], self.wiring.specs[agent]
        what = f"policy {declared.policy.name}" if declared.policy else "act"
        ask = named(agent, what, time_s, lambda: declared.act(observation, spec))
        if ask is None:
            if len(spec):
                raise ActionRefused(f"agent {agent}", [MISSING])
            ask = np.zeros((self.batch, 0))
        return spec.read(ask, agent)


def endings(wiring: Wiring, values: Array, steps: int, time_s: float) -> tuple[Mask, Mask]:
    """Return which environments are terminated and which truncated; raise AgentFailed."""
    done = np.zeros((len(values), len(wiring.agents)), dtype=bool)
    for i, agent in wiring.ending:
        done[:, i] = named(agent.name, "done", time_s, partial(agent.done, wiring.own(agent.name, values)))
    return wiring.declaration.ending.ends(Progress(done, steps, time_s))
