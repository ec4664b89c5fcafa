"""Stage: a declaration of the grid being played in either mode, as the faces of the environment need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from gymnasium.spaces import Box

from gridbench.envs.acting import Acting
from gridbench.envs.field import LIMIT
from gridbench.envs.flat import FlatView
from gridbench.errors import InvalidInput, UnknownName
from gridbench.heron.event_env import EventEnv
from gridbench.heron.step_env import StepEnv
from gridbench.plant.layout import layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gridbench.envs.dynamics import GridDynamics, GridPlant
    from gridbench.envs.observation import Observations
    from gridbench.heron.declaration import Declaration
    from gridbench.heron.result import StepResult
    from gridbench.heron.scheduling.schedule import Schedule
    from gridbench.heron.streams import Array

Rewards = dict[str, "Array"]
"""One array (batch,) by agent."""
REWARDS = ("shared", "own")


class Stage:
    """A batch of days side by side in step mode; one day in event mode, where a schedule is given.

    The acting agents are those that decide and have no policy of their own. With reward "shared" each gets the reward of the
    whole, with "own" its own (of its device, or its devices and buses). One that decides for all stands for all: it is given what
    any grid agent is given, and its own reward is the whole.
    """

    def __init__(self, declaration: Declaration, reward: str = "shared", schedule: Schedule | None = None) -> None:
        """Compile or wire the declaration. Raises InvalidInput for an unknown reward, or where nobody is left to act."""
        self.env = StepEnv(declaration) if schedule is None else EventEnv(declaration, schedule)
        wiring = self.env.wiring
        self.scenario = cast("GridPlant", declaration.plant).scenario
        self.dynamics = cast("GridDynamics", wiring.dynamics)
        self.parts = layout(self.scenario).agents
        """The grid agents: coordinators and the operator."""
        free = [name for name in wiring.deciders if wiring.agents[name].policy is None]
        self.agents = tuple(sorted(free, key=self._rank))
        faults = [] if reward in REWARDS else [f"reward {reward!r}: choose one of {', '.join(REWARDS)}"]
        if faults or not self.agents:
            nobody = "no agent is left to act: all are directed or have policies; play StepEnv(declare(scenario, ...)) instead"
            raise InvalidInput("environment", faults or [nobody])
        self.reward = reward
        top = next(name for name, up in wiring.hierarchy.parents.items() if up is None)
        self.top = top
        alone = all(wiring.decider(name)[0] == top for name, agent in wiring.agents.items() if len(agent.action))
        self.view = FlatView(self.scenario, wiring, {a: self.parts if alone else (a,) for a in self.agents})
        self.sizes = {agent: len(wiring.specs[agent]) for agent in self.agents}
        self.acting = Acting(self.view.fields, {agent: self._asks(agent) for agent in self.agents})
        self.observation_spaces = {a: Box(-LIMIT, LIMIT, (len(f),), np.float32) for a, f in self.view.fields.items()}
        self.action_spaces = {agent: Box(-1.0, 1.0, (size,), np.float32) for agent, size in self.sizes.items()}
        self._below = {a: () if alone else [c for c in wiring.hierarchy.children[a] if c in self.parts] for a in self.agents}
        columns = {name: [wiring.layout.column(f"{part}/metrics.{name}") for part in self.parts] for name in _MEASURES}
        self._measures = {name: np.array(at, dtype=np.intp) for name, at in columns.items()}
        self._blackout = wiring.layout.column(f"{top}/metrics.blackout_h")
        children = wiring.hierarchy.children
        paid = [[part, *(one for one in children[part] if one not in self.parts)] for part in self.parts]
        self._paid = np.array([wiring.layout.column(f"{one}/metrics.cost_usd") for own in paid for one in own], dtype=np.intp)
        self._first_paid = np.cumsum([0, *(len(own) for own in paid)])[:-1]

    def _rank(self, name: str) -> int:
        """Return where an agent stands: grid agents as in the scenario, devices after them."""
        return self.parts.index(name) if name in self.parts else len(self.parts)

    def _asks(self, agent: str) -> tuple[str, ...]:
        """Return what the entries of an agent's action are called."""
        return tuple(".".join(f"{agent}/{part.name}".split("/")[-2:]) for part in self.env.wiring.specs[agent].parts)

    @property
    def values(self) -> Array:
        """The state now (batch, slots), not to be written to."""
        try:
            return self.env.values if isinstance(self.env, StepEnv) else self.env.world.values
        except AttributeError:
            raise InvalidInput("environment", ["no day has begun: call reset first"]) from None

    def reset(self, seeds: Sequence[int], days: Sequence[int] | None = None) -> Observations:
        """Begin days, drawn from the seeds where none are named. Raises InvalidInput for a day that is not there."""
        self.dynamics.chosen = None if days is None else tuple(days)
        try:
            if isinstance(self.env, StepEnv):
                self.env.reset(seeds)
            else:
                self.env.reset(seeds[0])
        finally:
            self.dynamics.chosen = None
        self.before = self.values
        return self.observations()

    def observations(self) -> Observations:
        """Return what the acting agents are given now; in event mode, where samples take time, the newest that have come."""
        env = self.env
        if isinstance(env, StepEnv) or all(env.arrived(agent) is env.world.values for agent in self.agents):
            return self.view.read(self.values)
        return {agent: self.view.read(env.arrived(agent))[agent] for agent in self.agents}

    def step(self, actions: Mapping[str, NDArray[np.floating]]) -> tuple[Observations, Rewards, StepResult]:
        """Step with actions in [-1, 1] by agent (batch, entries), clipped beyond.

        Raises ActionRefused for what is no action, naming agent and field, and what ends the episode.
        """
        self.before = self.values
        result = self.env.step(cast("Mapping[str, Array]", actions), boxed=True)
        return self.observations(), self._rewards(result), result

    def action(self, agent: str, values: Mapping[str, float] | None = None) -> Array:
        """Return the action (entries,) of an agent that asks for some parts by name, in their units, the others left at rest.

        Raises UnknownName for an agent that does not act, or a part that it does not have.
        """
        if agent not in self.sizes:
            raise UnknownName("acting agent", agent, self.sizes)
        spec = self.env.wiring.specs[agent]
        asked = spec.rest.copy()
        places = {part.name: i for i, part in enumerate(spec.parts)}
        for name, value in (values or {}).items():
            if name not in places:
                raise UnknownName(f"part of {agent}", name, places)
            asked[places[name]] = value
        return np.asarray(spec.box(asked[None])[0])

    def costs_usd(self) -> Array:
        """Return the money of the last step that fell on each grid agent and its devices (batch, grid agents)."""
        paid = self.values.take(self._paid, axis=1) - self.before.take(self._paid, axis=1)
        return np.asarray(np.add.reduceat(paid, self._first_paid, axis=1))

    def measured(self, name: str) -> Array:
        """Return how much each grid agent's violations or excess_pu_h came to in the last step (batch, grid agents)."""
        at = self._measures[name]
        return self.values.take(at, axis=1) - (self.before.take(at, axis=1) if name != "violations" else 0.0)

    def blackout(self) -> NDArray[np.bool_]:
        """Return whether there was no supply in the last step, or a piece of it (batch,)."""
        return np.asarray(self.values[:, self._blackout] > self.before[:, self._blackout])

    def _rewards(self, result: StepResult) -> Rewards:
        if self.reward == "shared":
            return dict.fromkeys(self.agents, result.rewards[self.top])
        earned = result.rewards
        return {agent: earned[agent] - sum(earned[one] for one in below) for agent, below in self._below.items()}


_MEASURES = ("violations", "excess_pu_h")
