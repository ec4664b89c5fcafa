"""Turn: how an agent reports, decides and announces. Both modes take their turns here, so there is one law."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from gridbench.heron.errors import ActionRefused, AgentFailed
from gridbench.heron.termination import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gridbench.heron.action import Action
    from gridbench.heron.agents.agent import Agent
    from gridbench.heron.fields import Fields
    from gridbench.heron.messaging.inbox import Inbox, Link
    from gridbench.heron.observation import Observation
    from gridbench.heron.streams import Array, Mask
    from gridbench.heron.wiring import Wiring

T = TypeVar("T")


class Turn:
    """Asks agents and protocols in the name of a run; an agent's fault comes out with its name."""

    def __init__(self, wiring: Wiring, batch: int) -> None:
        """Take turns for a batch of environments."""
        self.wiring = wiring
        self.batch = batch
        self.given: Mapping[str, Array] = {}
        self.last = {name: spec.idle(batch) for name, spec in wiring.specs.items()}

    def give(self, asks: Mapping[str, Array] | None) -> None:
        """Take asks that stand for policies; raise ActionRefused for any that is bad, before anything moves."""
        for name, ask in (asks or {}).items():
            if name not in self.wiring.specs:
                raise ActionRefused(f"agent {name}", [f"action: no such agent; known: {', '.join(self.wiring.specs)}"])
            upper = self.wiring.upper.get(name)
            if upper is not None and upper[0].protocol.directs(upper[1], name):
                text = f"action: {upper[0].protocol.name} of {upper[0].name} decides for it; give {upper[0].name} an ask"
                raise ActionRefused(f"agent {name}", [text])
            self._fit(name, self.wiring.specs[name].read(ask, name), self.batch)
        self.given = dict(asks or {})

    def messages(self, agent: str, inbox: Inbox) -> Fields:
        """Return the newest messages to an agent, named sender>kind.field."""
        return self.wiring.heard(agent, inbox.values)

    def report(self, agent: str, observation: Observation, time_s: float) -> tuple[Link, Array]:
        """Return what a reporter tells its head, and on which link; raise AgentFailed."""
        head, group = self.wiring.upper[agent]
        link = self.wiring.link[agent, head.name]
        shape = (observation.batch, len(link.kind))
        ask = partial(head.protocol.report, group, agent, observation)
        return link, _named(agent, "its report", time_s, lambda: _shaped(ask(), shape))

    def decide(self, agent: str, observation: Observation, inbox: Inbox, time_s: float) -> Action:
        """Return an agent's action: directed, given, or its policy's; raise AgentFailed or ActionRefused."""
        spec, upper = self.wiring.specs[agent], self.wiring.upper.get(agent)
        if upper is not None and upper[0].protocol.directs(upper[1], agent):
            head, group = upper
            payload, told = inbox.read(self.wiring.link[head.name, agent])
            shape = (observation.batch, len(spec))
            ask = partial(head.protocol.answer, group, agent, payload, observation)
            answer = _named(agent, "its answer", time_s, lambda: _shaped(ask(), shape))
            action = spec.take(np.where(told[:, None], answer, self.last[agent]), agent)
        else:
            action = spec.read(self._ask(agent, observation, time_s), agent)
        self._fit(agent, action, observation.batch)
        self.last[agent] = action.values
        return action

    def announce(self, agent: str, action: Action, inbox: Inbox, time_s: float) -> list[tuple[Link, Array]]:
        """Return what a head tells its members, and on which links; raise AgentFailed."""
        group = self.wiring.groups.get(agent)
        if group is None:
            return []
        protocol = self.wiring.heads[agent].protocol
        reports = {name: inbox.read(self.wiring.link[name, agent]) for name in group.members if (name, agent) in self.wiring.link}
        head = action.values[:, len(group.head.action) :]
        said = _named(agent, "its protocol", time_s, lambda: protocol.announce(group, head, reports))
        return [(self.wiring.link[agent, name], payload) for name, payload in said.items()]

    def observe(self, agent: str, observation: Observation, time_s: float) -> Observation:
        """Return what the agent makes of an observation; raise AgentFailed."""
        return _named(agent, "observe", time_s, lambda: self.wiring.agents[agent].observe(observation))

    def _fit(self, agent: str, action: Action, batch: int) -> None:
        if len(action.values) != batch:
            raise ActionRefused(f"agent {agent}", [f"action: {len(action.values)} rows for {batch} environments"])

    def _ask(self, agent: str, observation: Observation, time_s: float) -> Array:
        if agent in self.given:
            return self.given[agent]
        declared = self.wiring.agents[agent]
        spec = self.wiring.specs[agent]
        what = f"policy {declared.policy.name}" if declared.policy else "act"
        ask = _named(agent, what, time_s, lambda: declared.act(observation, spec))
        if ask is None:
            if len(spec):
                raise ActionRefused(f"agent {agent}", ["action: missing; give the step an ask for it, or the agent a policy"])
            return np.zeros((observation.batch, 0))
        return ask


def rewards(wiring: Wiring, before: Array, after: Array, elapsed_s: float, time_s: float) -> dict[str, Array]:
    """Return each agent's reward for a step, members before heads; raise AgentFailed."""
    earned: dict[str, Array] = {}
    for name in wiring.hierarchy.upward:
        agent = wiring.agents[name]
        below: Sequence[Array] = [earned[child] for child in wiring.hierarchy.children[name]]
        own = wiring.own(name, before), wiring.own(name, after)

        def earn(agent: Agent = agent, own: tuple[Fields, Fields] = own, below: Sequence[Array] = below) -> Array:
            return _shaped(agent.reward(own[0], own[1], below, elapsed_s), (len(after),))

        earned[name] = _named(name, "reward", time_s, earn)
    return {name: earned[name] for name in wiring.agents}


def endings(wiring: Wiring, values: Array, steps: int, time_s: float) -> tuple[Mask, Mask]:
    """Return which environments are terminated and which truncated; raise AgentFailed."""
    said = [
        _named(name, "done", time_s, partial(agent.done, wiring.own(name, values))) for name, agent in wiring.agents.items()
    ]
    return wiring.declaration.ending.ends(Progress(np.stack(said, axis=1), steps, time_s))


def _shaped(numbers: Array, shape: tuple[int, ...]) -> Array:
    array = np.asarray(numbers, dtype=float)
    if array.shape != shape:
        raise ValueError(f"shape {array.shape} where {shape} is due")
    return array


def _named(agent: str, what: str, time_s: float, ask: Callable[[], T]) -> T:
    try:
        return ask()
    except ActionRefused:
        raise
    except Exception as error:
        raise AgentFailed(agent, what, time_s, error) from error
