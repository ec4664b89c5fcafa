"""A declared HERON environment as an arena: any granularity, observability and protocol."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from common.arena import Arena, Arenas, BatchArena, Outcome

from gridbench.envs.stage import Stage
from gridbench.envs.variant import Variant
from gridbench.errors import InvalidInput, UnknownName
from gridbench.physics.terms import Values
from gridbench.plant.layout import layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gridbench.envs.observation import Observations
    from gridbench.scenario.scenario import Scenario

FLOWS = ("compiled", "torch")


def arenas_of(words: Sequence[str], flow: str = "compiled", device: str = "cpu") -> Arenas:
    """Return what makes the arenas of an environment by words (`agents=device`), without any the one that policies are scored in.

    With `flow` torch its networks are solved on the device. Raises InvalidInput, UnknownName.
    """
    if flow not in FLOWS:
        raise UnknownName("flow", flow, FLOWS)
    if words and flow == "torch":
        raise InvalidInput("flow=torch", ["declared environments have the compiled flow: leave --env out, or give flow=compiled"])
    if words:
        return partial(StageArena, Variant.read(words))
    return partial(BatchArena, flow=device) if flow == "torch" else BatchArena


class StageArena(Arena):
    """A stage in step mode. The teacher sees what is hidden from the agents: only what they do is imitated.

    A head that names a price is taught to name the tariff of the tie.
    """

    def __init__(self, variant: Variant, scenario: Scenario, split: str, batch: int) -> None:
        """Compile the declaration. Raises InvalidInput."""
        self.stage = Stage(variant.declare(scenario, split))
        super().__init__(scenario, split, batch, self.stage.acting)
        self._scored = Stage(Variant().declare(scenario, split)).view
        """What the teacher sees: the slots of the state are the same in every variant."""
        codec, lay = self._teacher.codec, layout(scenario)
        self._joint = codec.agents
        order = {ask: i for i, ask in enumerate(ask for agent in codec.agents for ask in codec.names[agent])}
        self._places = {a: [order.get(ask, -1) for ask in asks] for a, asks in self.acting.asks.items()}
        self._price = lay.columns.index(scenario.tie.price)

    def taught(self) -> dict[str, NDArray[np.float64]]:
        """Return the teacher's actions, entry by entry as the agents of this environment hold them."""
        wanted = self._teacher.act(self._scored.read(self.stage.values))
        joint = np.concatenate([wanted[agent] for agent in self._joint], axis=1)
        return {agent: self._tariff(agent) if -1 in at else joint[:, at] for agent, at in self._places.items()}

    def _tariff(self, agent: str) -> NDArray[np.float64]:
        """Return the action of a head that names the price of buying at the tie."""
        now = Values(price_usd_per_mwh=self.stage.dynamics.series(self.stage.values)[:, self._price])
        return np.asarray(self.stage.env.wiring.specs[agent].box(np.asarray(self.scenario.tie.buy_usd_per_mwh(now))[:, None]))

    def _begin(self, days: Sequence[int]) -> Observations:
        return self.stage.reset([0] * len(days), days)  # seeds move nothing: days are named, and the plant draws nothing

    def _advance(self, actions: Mapping[str, NDArray[np.floating]]) -> tuple[Observations, Outcome]:
        weather = self.stage.dynamics.series(self.stage.values)
        seen, _, _ = self.stage.step(actions)
        violating = (self.stage.measured("violations").sum(axis=1) > 0.0) | self.stage.blackout()
        return seen, Outcome(weather, self.stage.costs_usd().sum(axis=1), violating)
