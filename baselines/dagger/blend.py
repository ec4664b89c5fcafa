"""The teacher of the actors: what an imitator of the oracle does, as far as it is trusted, else what `rule` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from common.clone import act
from common.nets import groups_of

from gridbench.envs.batch import BatchEnv
from gridbench.errors import InvalidInput, UnknownName
from gridbench.policies import make_policy
from gridbench.policies.policy import Floats, Observations, Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.clone import Nets

    from gridbench.scenario.scenario import Columns, Scenario


class Blend(Policy):
    """Asks for `trust` of what the imitator does and the rest of what `rule` does; trust in [0, 1] by kind of device and ask."""

    name = "blend"
    batched = True

    def __init__(self, scenario: Scenario, imitator: Nets, trust: Mapping[str, float]) -> None:
        """Take networks and the trust, as `generator.on`. Raises UnknownName, InvalidInput for a trust outside [0, 1]."""
        super().__init__(scenario)
        env, kinds = BatchEnv(scenario), {device.name: device.kind for device in scenario.devices}
        self._imitator, self._groups = imitator, groups_of(env.acting)
        self._rule = make_policy("rule", scenario)
        named = {agent: [name.rpartition(".") for name in names] for agent, names in env.codec.names.items()}
        asked = {agent: [f"{kinds[device]}.{ask}" for device, _, ask in names] for agent, names in named.items()}
        wrong = [f"{kind} = {one}: give a number from 0 to 1" for kind, one in trust.items() if not 0.0 <= one <= 1.0]
        if wrong:
            raise InvalidInput("trust", wrong)
        missing = sorted({kind for kinds in asked.values() for kind in kinds} - set(trust))
        if missing:
            raise UnknownName("trust in an ask", missing[0], trust)
        self._trust = {agent: np.array([trust[kind] for kind in kinds]) for agent, kinds in asked.items()}

    def reset(self, scenario: Scenario, columns: Columns, seed: int) -> None:
        """Begin a day. Raises InvalidInput for another scenario."""
        super().reset(scenario, columns, seed)
        self._rule.reset(scenario, columns, seed)

    def act(self, observations: Observations) -> dict[str, Floats]:
        """Return the actions of each agent (batch, entries)."""
        taught = act(self._groups, self._imitator, observations, None)
        own, trust = self._rule.act(observations), self._trust
        return {agent: (1.0 - trust[agent]) * own[agent] + trust[agent] * taught[agent] for agent in own}
