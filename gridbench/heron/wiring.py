"""Wiring: a declaration's layout, links, groups and action columns, found once for either mode."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.action_spec import ActionSpec
from gridbench.heron.agents.agent import Agent
from gridbench.heron.agents.coordinator_agent import CoordinatorAgent
from gridbench.heron.agents.proxy_agent import ProxyAgent
from gridbench.heron.errors import refuse
from gridbench.heron.fields import Fields
from gridbench.heron.layout import Layout
from gridbench.heron.messaging.inbox import Link
from gridbench.heron.protocols.protocol import Group
from gridbench.heron.rewards import Rewards
from gridbench.heron.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gridbench.heron.declaration import Declaration
    from gridbench.heron.messaging.kind import Kind
    from gridbench.heron.reader import Reader
    from gridbench.heron.streams import Array


class Wiring:
    """Holds its own copies of the agents, so that two runs of a declaration never meet."""

    def __init__(self, declaration: Declaration) -> None:
        """Wire a declaration; raise DeclarationError for protocols that do not fit, naming agent and field."""
        self.declaration = declaration
        self.hierarchy = copy.deepcopy(declaration.hierarchy)
        self.agents: dict[str, Agent] = self.hierarchy.agents
        for agent in self.agents.values():
            agent.policy = copy.deepcopy(agent.policy)  # two agents that were given one policy: each has its own
        self.layout = Layout(self.agents.values())
        self.proxy = ProxyAgent(self.hierarchy, self.layout, declaration.observability)
        self.heads: dict[str, CoordinatorAgent] = {}
        self.groups: dict[str, Group] = {}
        self.specs: dict[str, ActionSpec] = {}
        self.upper: dict[str, tuple[CoordinatorAgent, Group]] = {}
        self.directed: dict[str, tuple[CoordinatorAgent, Group]] = {}
        self.speakers: set[str] = set()
        """Heads whose protocol says more than the split of their action."""
        self.split: dict[str, tuple[str, int]] = {}
        """Members whose action is a part of their head's as it is: the head, and where among its parts it begins."""
        self._gather()
        self.controls: dict[str, slice] = {}
        self.parts: dict[str, int] = {}
        for agent in self.agents.values():
            self.controls[agent.name] = slice(len(self.parts), len(self.parts) + len(agent.action))
            for part in agent.action.prefixed(agent.name):
                self.parts[part.name] = len(self.parts)
        self.links: tuple[Link, ...] = self._link()
        self.link = {(link.sender, link.receiver): link for link in self.links}
        self.reporters = frozenset(name for name, (head, _) in self.upper.items() if (name, head.name) in self.link)
        self.actors = frozenset(name for name, spec in self.specs.items() if len(spec)) | frozenset(self.groups)
        self._own = {name: _named(list(self.layout.own.get(name, {}).items())) for name in self.agents}
        self._heard = {name: _named(self._incoming(name)) for name in self.agents}
        self.eager = tuple(name for name, agent in self.agents.items() if type(agent).observe is not Agent.observe)
        """Agents with a hook in what they see, which is asked whether someone looks or not."""
        self.ending = tuple((i, a) for i, a in enumerate(self.agents.values()) if type(a).done is not Agent.done)
        """Place and agent of each that may say it is done; the others never are."""
        self.deciders = tuple(name for name, spec in self.specs.items() if len(spec) and name not in self.directed)
        """Who decides on an action of its own, or of those below it."""
        self.readers: dict[tuple[str, ...], Reader] = {}
        """Of asks that were given together before."""
        self.rewards = Rewards(self)
        self.dynamics = declaration.plant.bind(self.layout, self.parts)

    def own(self, agent: str, values: Array) -> Fields:
        """Return all own fields of an agent, by feature.field."""
        columns, names = self._own[agent]
        return Fields(names, values[:, columns])

    def heard(self, agent: str, messages: Array) -> Fields:
        """Return the messages to an agent out of an inbox's values, named sender>kind.field."""
        columns, names = self._heard[agent]
        return Fields(names, messages[:, columns])

    def reset(self, seeds: Sequence[int]) -> Array:
        """Begin episodes: reset every agent, and return the states that the plant starts with."""
        seeds = tuple(seeds)
        for name, agent in self.agents.items():
            agent.reset(Streams(seeds, "agent", name))
        return self.dynamics.start(self.layout.start(len(seeds)), Streams(seeds, "plant"))

    def _incoming(self, agent: str) -> list[tuple[str, int]]:
        """Return name and column of every number that others tell an agent."""
        mine = [link for link in self.links if link.receiver == agent]
        return [(name, link.begin + i) for link in mine for i, name in enumerate(link.names)]

    def _gather(self) -> None:
        """Collect groups from the bottom up: what a member decides on includes what it heads."""
        faults: list[str] = []
        for name in self.hierarchy.upward:
            agent = self.agents[name]
            children = self.hierarchy.children[name]
            parts = agent.action.parts
            if isinstance(agent, CoordinatorAgent) and children:
                group = Group(agent, {c: self.agents[c] for c in children}, {c: self.specs[c] for c in children})
                faults += agent.protocol.faults(group)
                self.heads[name], self.groups[name] = agent, group
                self.upper.update(dict.fromkeys(children, (agent, group)))
                self.directed.update({c: (agent, group) for c in children if agent.protocol.directs(group, c)})
                split = agent.protocol.split(group)
                self.split.update({c: (name, len(parts) + place.start) for c, place in (split or {}).items()})
                self.speakers |= {name} if split is None else set()
                parts = (*parts, *agent.protocol.head_parts(group))
            self.specs[name] = ActionSpec(parts)
        refuse("protocols", faults)
        for name, (head, _) in self.directed.items():
            self.agents[name].directed = f"{head.protocol.name} of {head.name}"

    def decider(self, agent: str) -> tuple[str, int]:
        """Return who decides on an agent's action as it is, and where among that one's parts the agent's begin."""
        begin = 0
        while agent in self.split:
            agent, place = self.split[agent]
            begin += place
        return agent, begin

    def _link(self) -> tuple[Link, ...]:
        links: list[Link] = []

        def add(sender: str, receiver: str, kind: Kind | None) -> None:
            if kind is not None:
                begin = links[-1].columns.stop if links else 0
                links.append(Link(len(links), sender, receiver, kind, begin))

        for member, (head, group) in self.upper.items():
            add(member, head.name, head.protocol.up(group, member))
            add(head.name, member, head.protocol.down(group, member))
        return tuple(links)


def _named(columns: list[tuple[str, int]]) -> tuple[NDArray[np.intp], dict[str, int]]:
    """Return columns of an array as indices, and names as positions among them."""
    indices = np.array([column for _, column in columns], dtype=np.intp)
    return indices, {name: i for i, (name, _) in enumerate(columns)}
