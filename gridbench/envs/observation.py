"""What each agent sees: flat float32 arrays, scaled to about [-1, 1], documented field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.envs.field import LIMIT, Reading, table
from gridbench.envs.measurements import Measurements
from gridbench.envs.scored import scored_fields
from gridbench.envs.signals import DaySignals
from gridbench.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.plant.layout import Layout
    from gridbench.plant.plant import StepResult
    from gridbench.scenario.scenario import Columns, Scenario

Observations = dict[str, NDArray[np.float32]]
"""One array (batch, fields) by agent."""


class Observer:
    """Turns days and step results into observations of the agents that own asks.

    Every agent sees the clock, the day-ahead prices, its own renewables and load (now, and forecasts), the states of its
    own devices, and voltages and loadings of its own part of the network after the last step. The owner of the grid tie
    also sees the totals of the network, the exchange at the root, and the extremes of all voltages. Before the first step
    every voltage reads 1.0 pu and every flow 0; numbers are clipped to [-5, 5].
    """

    def __init__(self, scenario: Scenario, layout: Layout) -> None:
        """Build the index arrays of a scenario."""
        owners = sorted(set(layout.ask_agents))
        self.agents: tuple[str, ...] = tuple(layout.agents[i] for i in owners)
        self._signals, self._measurements = DaySignals(scenario, layout), Measurements(layout)
        self._fields = {layout.agents[i]: scored_fields(scenario, layout, i) for i in owners}
        self.sizes: dict[str, int] = {agent: len(fields) for agent, fields in self._fields.items()}
        every = [field for fields in self._fields.values() for field in fields]
        self._known = np.array([i for i, f in enumerate(every) if f.source in self._signals.places], dtype=np.intp)
        self._seen = np.setdiff1d(np.arange(len(every)), self._known)
        self._known_at = np.array([self._signals.places[every[i].source] for i in self._known], dtype=np.intp)
        self._seen_at = np.array([self._measurements.places[every[i].source] for i in self._seen], dtype=np.intp)
        self._offset, self._scale = np.array([f.offset for f in every]), np.array([f.scale for f in every])
        self._ends = np.cumsum(list(self.sizes.values())).tolist()
        self._day: NDArray[np.float32] = np.zeros((0, 0, 0), dtype=np.float32)

    def fields(self, agent: str) -> tuple[Reading, ...]:
        """Return the fields of an agent's observation, in order. Raises UnknownName."""
        if agent not in self._fields:
            raise UnknownName("agent", agent, self._fields)
        return self._fields[agent]

    def describe(self, agent: str) -> str:
        """Return a markdown table of the fields of an agent. Raises UnknownName."""
        return table(self.fields(agent))

    def reset(self, days: Sequence[Columns], states: NDArray[np.float64]) -> Observations:
        """Return the observations at the start of the days; states (batch, states). Raises InvalidInput for missing columns."""
        self._day = self._scaled(self._signals.compute(days)[:, :, self._known_at], self._known)
        return self._observe(0, self._measurements.first(states))

    def observe(self, result: StepResult) -> Observations:
        """Return the observations after a step of the days that `reset` was given."""
        return self._observe(result.step + 1, self._measurements.read(result))

    def _scaled(self, numbers: NDArray[np.float64], at: NDArray[np.intp]) -> NDArray[np.float32]:
        return scaled(numbers, self._offset[at], self._scale[at])

    def _observe(self, step: int, measured: NDArray[np.float64]) -> Observations:
        whole = np.empty((len(measured), len(self._offset)), dtype=np.float32)
        whole[:, self._known] = self._day[step]
        whole[:, self._seen] = self._scaled(measured.take(self._seen_at, axis=1), self._seen)
        begins = [0, *self._ends]
        return {a: np.ascontiguousarray(whole[:, i:j]) for a, i, j in zip(self.agents, begins, self._ends, strict=False)}


def scaled(numbers: NDArray[np.float64], offset: NDArray[np.float64], scale: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return numbers (..., fields) in their units as a learner sees them: (number - offset) / scale, clipped."""
    return np.minimum(np.maximum((numbers - offset) / scale, -LIMIT), LIMIT).astype(np.float32)
