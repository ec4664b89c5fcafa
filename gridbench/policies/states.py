"""The states of all devices, read off the observations of their owners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.envs.observation import Observer
from gridbench.policies.seen import Seen

if TYPE_CHECKING:
    from gridbench.plant.layout import Layout
    from gridbench.policies.policy import Floats, Observations
    from gridbench.scenario.scenario import Scenario

WHOLE = 1e-5
"""How near a whole number an observed state is one: observations are rounded to float32."""


class StateReader:
    """Reads states in the plant's order, inside their spans."""

    def __init__(self, scenario: Scenario, layout: Layout) -> None:
        """Find out who sees which state."""
        observer = Observer(scenario, layout)
        self._fields = {agent: observer.fields(agent) for agent in observer.agents}
        self._names, self._spans = layout.states, layout.state_spans
        devices = zip(scenario.devices, layout.device_agents, strict=True)
        self._owners = tuple(layout.agents[owner] for device, owner in devices for _ in device.states())

    def read(self, observations: Observations) -> Floats:
        """Return the states (batch, states); numbers next to whole ones are whole."""
        seen = {agent: Seen(fields, observations[agent]) for agent, fields in self._fields.items()}
        if not self._names:
            return np.zeros((len(next(iter(observations.values()))), 0))
        read = np.stack([seen[owner][name] for owner, name in zip(self._owners, self._names, strict=True)], axis=1)
        whole = np.rint(read)
        read = np.where(np.abs(read - whole) < WHOLE, whole, read)
        lowest, highest = (np.array([span[end] for span in self._spans]) for end in (0, 1))
        return np.asarray(np.clip(read, lowest, highest))
