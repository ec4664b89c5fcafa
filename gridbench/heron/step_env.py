"""StepEnv: step mode. The declaration compiled to index arrays; many environments at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.errors import EpisodeOver
from gridbench.heron.fields import Fields
from gridbench.heron.messaging.inbox import Inbox
from gridbench.heron.observation import Observation
from gridbench.heron.result import StepResult
from gridbench.heron.scheduling.clock import to_ns, to_s
from gridbench.heron.state import State
from gridbench.heron.turn import Turn, endings, rewards
from gridbench.heron.wiring import Wiring

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.heron.action import Action
    from gridbench.heron.agents.agent import Agent
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
        self._views = {name: self.wiring.proxy.compile(name) for name in self.agents}
        self._reporters = [name for name in self.wiring.hierarchy.upward if name in self.wiring.reporters]
        self._actors = [name for name in self.wiring.hierarchy.downward if name in self.wiring.actors]
        self._over = "not begun"

    def reset(self, seeds: Sequence[int]) -> dict[str, Observation]:
        """Begin one episode a seed and return the first observations."""
        batch = len(seeds)
        values = self.wiring.reset(seeds)
        self.steps, self.bad_messages = 0, 0
        self._values = values
        self._inbox = Inbox(self.wiring.links, batch)
        self._turn = Turn(self.wiring, batch)
        self._controls = np.concatenate([agent.action.idle(batch) for agent in self.agents.values()], axis=1)
        self._over = ""
        return {name: self.observe(name) for name in self.agents}

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

    def observe(self, agent: str) -> Observation:
        """Return what an agent sees now, through its index arrays; raise AgentFailed."""
        return self._seen(agent, self._inbox)

    def step(self, asks: Mapping[str, Array] | None = None) -> StepResult:
        """Advance by one step and return what came of it; `asks` stand for policies.

        Raise ActionRefused for a bad ask (nothing has moved, the step may be asked for again), EpisodeOver, and what ends
        the episodes: AgentFailed, or ActionRefused for a policy's action.
        """
        if self._over:
            raise EpisodeOver(self._over)
        self._turn.give(asks)
        try:
            return self._step()
        except Exception as error:
            self._over = str(error).splitlines()[0]
            raise

    def _step(self) -> StepResult:
        inbox, before = self._inbox, self._values
        for name in self._reporters:
            self._tell([self._turn.report(name, self._seen(name, inbox), self.time_s)], inbox)
        actions: dict[str, Action] = {}
        controls = np.empty_like(self._controls)
        for name in self._actors:
            action = self._turn.decide(name, self._seen(name, inbox), inbox, self.time_s)
            controls[:, self.wiring.controls[name]] = action.values[:, : len(self.agents[name].action)]
            self._tell(self._turn.announce(name, action, inbox, self.time_s), inbox)
            actions[name] = action
        elapsed = to_s(self.step_ns)
        self._values = self.wiring.dynamics.advance(before, controls, self.time_s, elapsed)
        self._controls = controls
        self.steps += 1
        earned = rewards(self.wiring, before, self._values, elapsed, self.time_s)
        terminated, truncated = endings(self.wiring, self._values, self.steps, self.time_s)
        return StepResult({name: self.observe(name) for name in self.agents}, earned, terminated, truncated, actions)

    def _seen(self, agent: str, inbox: Inbox) -> Observation:
        view = self._views[agent]
        seen = Observation(
            Fields(view.local_names, self._values[:, view.local]),
            Fields(view.global_names, self._values[:, view.global_]),
            self._turn.messages(agent, inbox),
            self.time_s,
        )
        return self._turn.observe(agent, seen, self.time_s)

    def _tell(self, said: list[tuple[Link, Array]], inbox: Inbox) -> None:
        for link, payload in said:
            self.bad_messages += int(np.sum(~inbox.put(link, payload)))
