"""StepEnv: step mode. The declaration compiled to index arrays; many environments at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.errors import EpisodeOver
from gridbench.heron.fields import Fields
from gridbench.heron.joint import Joint
from gridbench.heron.lazy import Lazy
from gridbench.heron.messaging.inbox import Inbox
from gridbench.heron.observation import Observation
from gridbench.heron.result import StepResult
from gridbench.heron.scheduling.clock import to_ns, to_s
from gridbench.heron.state import State
from gridbench.heron.turn import Turn, endings
from gridbench.heron.wiring import Wiring

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.heron.action import Action
    from gridbench.heron.agents.agent import Agent
    from gridbench.heron.agents.proxy_agent import View
    from gridbench.heron.declaration import Declaration
    from gridbench.heron.messaging.inbox import Link
    from gridbench.heron.streams import Array


class StepEnv:
    """Reports go up, actions go down, the world advances by one step: all within `step`."""

    def __init__(self, declaration: Declaration) -> None:
        """Compile a declaration; raise DeclarationError where a protocol does not fit."""
        self.wiring = Wiring(declaration)
        self.agents: Mapping[str, Agent] = self.wiring.agents
        self.step_ns = to_ns(declaration.step_s)
        self._views: dict[str, View] = {}
        self._reporters = [name for name in self.wiring.hierarchy.upward if name in self.wiring.reporters]
        self._joint = Joint(self.wiring)
        self._actors = tuple(name for name in self.wiring.hierarchy.downward if name in self.wiring.actors)
        self._over = "not begun"

    def reset(self, seeds: Sequence[int]) -> Mapping[str, Observation]:
        """Begin one episode a seed and return the first observations."""
        batch, self._over = len(seeds), "not begun"
        self._values = self.wiring.reset(seeds)
        self.steps, self.bad_messages = 0, 0
        self._inbox = Inbox(self.wiring.links, batch)
        self._turn = Turn(self.wiring, batch)
        self._over = ""
        return self._observations()

    @property
    def values(self) -> Array:
        """The state's own values (environments, slots), not to be written to."""
        return self._values

    @property
    def state(self) -> State:
        """A copy of the state."""
        return State(self.wiring.layout, self._values)

    @state.setter
    def state(self, state: State) -> None:
        self._values = state.values.copy()

    @property
    def time_s(self) -> float:
        """Seconds since the episodes began."""
        return to_s(self.steps * self.step_ns)

    def view(self, agent: str) -> View:
        """Return the columns of the state that an agent may see."""
        if agent not in self._views:
            self._views[agent] = self.wiring.proxy.compile(agent)
        return self._views[agent]

    def observe(self, agent: str) -> Observation:
        """Return what an agent sees now, through its index arrays; raise AgentFailed."""
        return self._seen(agent, self._values, self._inbox, self.time_s)

    def step(self, asks: Mapping[str, Array] | None = None, *, boxed: bool = False) -> StepResult:
        """Advance by one step and return what came of it; `asks` (or points of the box [-1, 1]) stand for policies.

        Raise ActionRefused for a bad ask (nothing has moved, the step may be asked for again), EpisodeOver, and what ends
        the episodes: AgentFailed, or ActionRefused for a policy's action.
        """
        if self._over:
            raise EpisodeOver(self._over)
        self._turn.give(asks, boxed=boxed)
        try:
            return self._step()
        except Exception as error:
            self._over = str(error).splitlines()[0]
            raise

    def _step(self) -> StepResult:
        inbox, before, time_s = self._inbox.copy(), self._values, self.time_s
        self._inbox = inbox
        for name in self._reporters:
            self._tell([self._turn.report(name, self._seen(name, before, inbox, time_s), time_s)])
        actions: dict[str, Action] = {}
        for name in self._joint.turns:
            if name not in self.wiring.split:
                actions[name] = self._turn.decide(name, partial(self._seen, name, before, inbox, time_s), inbox, time_s)
            if name in self.wiring.speakers:
                action = actions[name] if name in actions else self._joint.action(actions, name)
                self._tell(self._turn.announce(name, action, inbox, time_s))
        joint = self._joint.values(actions)
        self._joint.tell(joint, inbox)
        elapsed = to_s(self.step_ns)
        self._values = self.wiring.dynamics.advance(before, self._joint.controls(joint), time_s, elapsed)
        self.steps += 1
        earned = self.wiring.rewards.earn(before, self._values, elapsed, self.time_s)
        terminated, truncated = endings(self.wiring, self._values, self.steps, self.time_s)
        acted = Lazy(self._actors, partial(self._joint.action, actions), actions)
        return StepResult(self._observations(), earned, terminated, truncated, acted)

    def _observations(self) -> Mapping[str, Observation]:
        """Return what everyone sees now: found when it is looked at, unless an agent has a hook in it."""
        find = partial(self._seen, values=self._values, inbox=self._inbox, time_s=self.time_s)
        return Lazy(self.agents, find, {name: find(name) for name in self.wiring.eager})

    def _seen(self, agent: str, values: Array, inbox: Inbox, time_s: float) -> Observation:
        view = self.view(agent)
        seen = Observation(
            Fields(view.local_names, values.take(view.local, axis=1)),
            Fields(view.global_names, values.take(view.global_, axis=1)),
            self._turn.messages(agent, inbox),
            time_s,
        )
        return self._turn.observe(agent, seen, time_s)

    def _tell(self, said: list[tuple[Link, Array]]) -> None:
        for link, payload in said:
            self.bad_messages += int(np.sum(~self._inbox.put(link, payload)))
