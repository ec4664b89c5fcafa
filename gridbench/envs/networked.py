"""NetworkedGridEnv: the grid's environment for PettingZoo, to be played as it is or subclassed."""

from __future__ import annotations

import difflib
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from gymnasium.spaces import Box
from pettingzoo import ParallelEnv

from gridbench.envs.agents import PowerGridAgent
from gridbench.envs.declaration import declare
from gridbench.envs.from_agents import scenario_of
from gridbench.envs.options import DEFAULTS, GridOptions
from gridbench.envs.stage import Stage
from gridbench.errors import InvalidInput, UnknownName
from gridbench.heron.scheduling.schedule import Schedule
from gridbench.scenario.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


Arrays = dict[str, "NDArray[np.float32]"]
Infos = dict[str, dict[str, Any]]


class NetworkedGridEnv(ParallelEnv):  # type: ignore[misc]
    """One grid under its agents; every reset draws a day of the split, or plays the one that `options={"day": n}` names.

    Write `_build_net`, and `_reward_and_safety` where the reward is another than minus the money. The agents are those that
    decide; they never change within a day and end together: terminated after the day's last step, truncated after
    `max_episode_steps`. Observations are float32 in [-5, 5], actions float32 in [-1, 1], clipped beyond. Infos carry
    `cost_usd` of the step (all agents), `violations` (buses, branches and tie outside their limits at once, as scored),
    `blackout`, `safety` (what the agent's limits were passed by) and `day`.

    Centralised, the declaration is compiled and everyone acts once a step. Distributed (`centralized=False`, or with a
    `schedule`), it runs on a timeline: the proxy hands each agent what it may see, messages go through the broker, and an
    agent acts as its ticks and delays let it; without delays both give the same trajectory to the last bit.
    """

    metadata = {"name": "gridbench_v1", "render_modes": [], "is_parallelizable": True}  # noqa: RUF012
    render_mode = None

    def __init__(self, **options: Unpack[GridOptions]) -> None:
        """Build the grid and its agents. Raises UnknownName and InvalidInput, naming agent and field."""
        unknown = [str(UnknownName("option", name, DEFAULTS)) for name in options if name not in DEFAULTS]
        if unknown:
            raise InvalidInput(type(self).__name__, unknown)
        chosen: GridOptions = {**DEFAULTS, **options}
        built = self._build_net()
        made = [built] if isinstance(built, PowerGridAgent) else built
        self.scenario = built if isinstance(built, Scenario) else scenario_of(type(self).__name__, _grids(made))
        self.split = self.scenario.split(chosen["split"] or ("train" if chosen["train"] else "test"))
        declaration = declare(
            self.scenario, agents=chosen["agents"], observability=chosen["observability"], split=self.split.name,
            max_episode_steps=chosen["max_episode_steps"], grids=None if isinstance(built, Scenario) else _grids(made),
            protocols=chosen["protocols"], policies=chosen["policies"],
        )  # fmt: skip
        timeline = chosen["schedule"] if chosen["centralized"] or chosen["schedule"] else Schedule()
        self.stage = Stage(declaration, chosen["reward"], timeline)
        self.grids = {name: one for name, one in self.stage.env.agents.items() if isinstance(one, PowerGridAgent)}
        self.possible_agents = list(self.stage.agents)
        self.agents: list[str] = []
        self.day, self._days = -1, np.array(self.split.days)
        self._seen: Arrays = {}
        self._generator = np.random.default_rng(chosen["seed"])
        self.observation_spaces, self.action_spaces = self.stage.observation_spaces, self.stage.action_spaces

    def _build_net(self) -> Scenario | PowerGridAgent | Sequence[PowerGridAgent]:
        """Return a scenario, or grid agents over one feeder: a hook."""
        raise InvalidInput(type(self).__name__, ["_build_net is not written: return a scenario, or a PowerGridAgent"])

    def _reward_and_safety(self) -> tuple[dict[str, float], dict[str, float]]:
        """Return reward and safety by agent for the step just made: a hook.

        `self.grids[name].cost` is the money of a grid agent and its devices, `self.cost_usd` that of all.
        By default the reward that was asked for, and the excess over limits (pu) of the agent's part, of all for one that acts
        alone or is no grid agent.
        """
        parts, excess = self.stage.parts, self._excess
        whole = len(self.possible_agents) == 1
        safety = {a: float(excess[parts.index(a)] if a in parts and not whole else excess.sum()) for a in self.possible_agents}
        return {agent: float(reward[0]) for agent, reward in self._rewards.items()}, safety

    def observation_space(self, agent: str) -> Box:
        """Return the space of an agent's observations, always the same object."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Box:
        """Return the space of an agent's actions, always the same object."""
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: Mapping[str, Any] | None = None) -> tuple[Arrays, Infos]:
        """Begin a day, return observations and infos; a seed restarts the drawing of days. Raises InvalidInput for a bad day."""
        meant = [name for name in options or {} if name != "day" and difflib.get_close_matches(name, ["day"], cutoff=0.5)]
        unknown = [str(UnknownName("option of reset", name, ["day"])) for name in meant]  # others are some wrapper's
        if unknown or (seed is not None and seed < 0):
            raise InvalidInput("environment", unknown or [f"the seed is {seed}: give a whole number from 0"])
        if seed is not None:
            self._generator = np.random.default_rng(seed)
        drawn = int(self._generator.choice(self._days))
        day = _whole((options or {}).get("day", drawn))
        self.agents = []
        seen = self.stage.reset([int(self._generator.integers(2**31))], [day])
        self.day = day
        self.agents = list(self.possible_agents)
        self._seen = {agent: seen[agent][0] for agent in self.agents}
        return dict(self._seen), {agent: {"day": self.day} for agent in self.agents}

    def step(
        self, actions: Mapping[str, NDArray[np.floating]]
    ) -> tuple[Arrays, dict[str, float], dict[str, bool], dict[str, bool], Infos]:
        """Step all agents. Raises InvalidInput for what is no action (NaN, shape, missing agent), or when the day is over."""
        if not self.agents:
            raise InvalidInput(type(self).__name__, ["the day is over (or none has begun): call reset first"])
        seen, self._rewards, self.result = self.stage.step(actions)
        agents = self.agents
        self._excess = self.stage.measured("excess_pu_h")[0] / self.scenario.step_h
        self._settle()
        rewards, safety = self._reward_and_safety()
        lacking = [agent for agent in agents if agent not in rewards or agent not in safety]
        if lacking:
            raise InvalidInput("_reward_and_safety", [f"returned nothing for agent {agent}" for agent in lacking])
        over, cut = bool(self.result.terminated[0]), bool(self.result.truncated[0])
        if over or cut:
            self.agents = []
        shared = self._info()
        self._seen = {agent: seen[agent][0] for agent in agents}
        return (
            dict(self._seen),
            {agent: rewards[agent] for agent in agents},
            dict.fromkeys(agents, over),
            dict.fromkeys(agents, cut and not over),
            {agent: {**shared, "safety": safety[agent]} for agent in agents},
        )

    def rest(self) -> dict[str, NDArray[np.float64]]:
        """Return the actions that leave every device alone."""
        return {agent: self.stage.action(agent) for agent in self.possible_agents}

    def action(self, agent: str, values: Mapping[str, float]) -> NDArray[np.float64]:
        """Return the action of an agent that asks for some parts by name, in their units, and leaves the others alone.

        Raises UnknownName for an agent that does not act, or a part that it does not have.
        """
        return self.stage.action(agent, values)

    def get(self, path: str) -> float:
        """Return the number at agent/feature.field, in its unit, as it stands; raise UnknownName if there is none."""
        return float(self.stage.values[0, self.stage.env.wiring.layout.column(path)])

    def state(self) -> NDArray[np.float32]:
        """Return the observations of all agents in one array (fields of all agents,)."""
        if not self._seen:
            raise InvalidInput(type(self).__name__, ["no day has begun: call reset first"])
        return np.concatenate([self._seen[agent] for agent in self.possible_agents])

    @property
    def state_space(self) -> Box:
        """The space of `state`."""
        low = np.concatenate([self.observation_spaces[agent].low for agent in self.possible_agents])
        return Box(low, -low, dtype=np.float32)

    def render(self) -> None:
        """Show nothing: there is no render mode."""

    def close(self) -> None:
        """Release nothing."""

    def _settle(self) -> None:
        """Tell the grid agents what the step came to."""
        costs = self.stage.costs_usd()[0]
        self.cost_usd = float(costs.sum())
        for name, grid in self.grids.items():
            place = self.stage.parts.index(name)
            grid.cost, grid.safety = float(costs[place]), float(self._excess[place])

    def _info(self) -> dict[str, Any]:
        return {
            "cost_usd": self.cost_usd,
            "violations": int(self.stage.measured("violations")[0].sum()),
            "blackout": bool(self.stage.blackout()[0]),
            "day": self.day,
        }


def _grids(made: object) -> list[PowerGridAgent]:
    fine = isinstance(made, Sequence) and bool(made) and all(isinstance(one, PowerGridAgent) for one in made)
    if not fine:
        raise InvalidInput("_build_net", [f"returned {made!r}: return a Scenario, a PowerGridAgent, or a list of them"])
    return list(made)  # type: ignore[call-overload,no-any-return]  # just checked


def _whole(number: object) -> int:
    try:
        return operator.index(number)  # type: ignore[arg-type]  # what has no index is refused
    except TypeError:
        raise InvalidInput("environment", [f"the day is {number!r}: give a whole number"]) from None
