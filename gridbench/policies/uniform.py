"""Asking for anything."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from gridbench.policies.policy import Floats, Observations, Policy, batch_of

if TYPE_CHECKING:
    from gridbench.scenario.scenario import Columns, Scenario


class Random(Policy):
    """Every entry of every action uniform over [-1, 1], from a generator seeded by the seed and the day's prices."""

    name = "random"
    deterministic = False
    sources = ("uniform.py",)

    def __init__(self, scenario: Scenario) -> None:
        """Start from seed 0."""
        super().__init__(scenario)
        self._generator = np.random.default_rng(0)

    def reset(self, scenario: Scenario, columns: Columns, seed: int) -> None:
        """Begin a day with its own random numbers. Raises InvalidInput for another scenario."""
        super().reset(scenario, columns, seed)
        day = zlib.crc32(np.ascontiguousarray(columns[scenario.tie.price], dtype="<f8").tobytes())
        self._generator = np.random.default_rng([seed, day])

    def act(self, observations: Observations) -> dict[str, Floats]:
        """Return random actions."""
        batch = batch_of(observations)
        return {agent: self._generator.uniform(-1.0, 1.0, (batch, size)) for agent, size in self.codec.sizes.items()}
