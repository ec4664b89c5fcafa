"""The environment at its core: a batch of days, played side by side with arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gridbench.envs.acting import Acting
from gridbench.envs.codec import ActionCodec, Actions, outside
from gridbench.envs.observation import Observations, Observer
from gridbench.errors import InvalidInput
from gridbench.plant.plant import Plant, StepResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.plant.flow import FlowSolver
    from gridbench.scenario.scenario import Columns, Scenario

Floats = NDArray[np.float64]
Rewards = dict[str, Floats]
"""One array (batch,) by agent."""
REWARDS = ("shared", "own")


class BatchEnv:
    """Steps a batch of days; rewards are minus the money over `scenario.reward_usd`.

    With reward "shared" every agent gets the money of all, with "own" that of its own devices and buses. Asks are rounded
    to single precision before the plant sees them, so that a stored schedule replays to the last bit. `flow` solves the networks
    in place of the compiled sweep, as in `Plant`.
    """

    def __init__(
        self, scenario: Scenario, batch: int = 1, reward: Literal["shared", "own"] = "shared", flow: FlowSolver | None = None
    ) -> None:
        """Build plant, codec and observer. Raises InvalidInput for an unknown reward or a batch below 1."""
        faults = [] if reward in REWARDS else [f"reward {reward!r}: choose one of {', '.join(REWARDS)}"]
        faults += [] if batch >= 1 else [f"batch {batch}: give at least 1"]
        if faults:
            raise InvalidInput("BatchEnv", faults)
        self.scenario = scenario
        self.batch = batch
        self.reward = reward
        self.plant = Plant(scenario, batch, flow)
        self.codec = ActionCodec(self.plant.layout)
        self.observer = Observer(scenario, self.plant.layout)
        self.agents: tuple[str, ...] = self.codec.agents
        self.acting = Acting.scored(self.observer, self.codec)
        self._rows = [self.plant.layout.agents.index(agent) for agent in self.agents]
        self.out_of_range: NDArray[np.int64] = np.zeros(batch, dtype=np.int64)
        self._seen: Observations = {}

    def reset(self, days: Sequence[Columns]) -> Observations:
        """Begin one day in every element and return the observations by agent (batch, fields).

        Raises InvalidInput where the number of days is not the batch, or a column is missing or too short.
        """
        self.plant.reset(days)
        self.out_of_range = np.zeros(self.batch, dtype=np.int64)
        self._seen = self.observer.reset(days, self.plant.states)
        return self._seen

    def step(self, actions: Actions) -> tuple[Observations, Rewards, StepResult]:
        """Step with actions by agent (batch, entries); return observations, rewards (batch,) and what happened.

        Entries outside [-1, 1] are clipped, and counted in `out_of_range` (batch,) since the last reset. Raises InvalidInput
        for anything else that is no action, and for a day that is over.
        """
        stacked = self.codec.stack(actions)
        self.out_of_range = self.out_of_range + outside(stacked)
        return self.step_asks(self.codec.asks(stacked))

    def step_asks(self, asks: NDArray[np.floating]) -> tuple[Observations, Rewards, StepResult]:
        """Step with asks (batch, asks) in their units, in the order of the plant's layout. Raises InvalidInput as `step`."""
        result = self.plant.step(np.asarray(asks).astype(np.float32).astype(np.float64))
        self._seen = self.observer.observe(result)
        return self._seen, self._rewards(result.money), result

    def state(self) -> NDArray[np.float32]:
        """Return the observations of all agents side by side (batch, fields of all agents), for a central critic."""
        return np.concatenate([self._seen[agent] for agent in self.agents], axis=1)

    @property
    def over(self) -> bool:
        """Whether the day has ended (or none has begun)."""
        return self.plant.over

    def _rewards(self, money: Floats) -> Rewards:
        each = -money.sum(axis=2) / self.scenario.reward_usd
        if self.reward == "own":
            return {agent: each[:, row] for agent, row in zip(self.agents, self._rows, strict=True)}
        total = each.sum(axis=1)
        return {agent: total.copy() for agent in self.agents}
