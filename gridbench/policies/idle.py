"""Leaving every device alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.policies.policy import Floats, Observations, Policy, batch_of

if TYPE_CHECKING:
    from gridbench.scenario.scenario import Scenario


class Idle(Policy):
    """Generators off, storages at rest, renewables at will, no reactive power, taps and banks as they were, nothing shed."""

    name = "idle"
    batched = True
    sources = ("idle.py",)

    def __init__(self, scenario: Scenario) -> None:
        """Work out the one action."""
        super().__init__(scenario)
        self._actions = self.codec.encode(idle_asks(scenario)[None])

    def act(self, observations: Observations) -> dict[str, Floats]:
        """Return the same action in every step."""
        batch = batch_of(observations)
        return {agent: np.repeat(action, batch, axis=0) for agent, action in self._actions.items()}


def idle_asks(scenario: Scenario) -> Floats:
    """Return the asks (asks,) that leave every device alone, in the order of the plant's layout."""
    return np.array([ask for device in scenario.devices for ask in device.at_rest().values()])
