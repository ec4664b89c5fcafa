"""What each agent sees: flat float32 arrays, scaled to about [-1, 1], documented field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.envs.field import LIMIT, Field, table
from gridbench.envs.measurements import Measurements
from gridbench.envs.signals import CLOCK, DaySignals, agent_signals, price_fields
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
        operator = layout.device_agents[layout.devices.index(scenario.tie.name)]
        owners = sorted(set(layout.ask_agents))
        self.agents: tuple[str, ...] = tuple(layout.agents[i] for i in owners)
        signals = {i: agent_signals(scenario, layout, i, everything=i == operator) for i in owners}
        self._day_signals = DaySignals(scenario, [one for i in owners for one in signals[i]])
        self._measurements = Measurements(scenario, layout, owners, operator)
        first = [*CLOCK, *price_fields()]
        self._fields = {
            layout.agents[i]: (*first, *(f for s in signals[i] for f in s.fields()), *self._measurements.fields[i])
            for i in owners
        }
        self.sizes: dict[str, int] = {agent: len(fields) for agent, fields in self._fields.items()}
        self._known = self._places_of_signals([sum(len(s.fields()) for s in signals[i]) for i in owners], len(first))
        self._day: NDArray[np.float32] = np.zeros((0, 0, 0), dtype=np.float32)

    def _places_of_signals(self, counts: Sequence[int], shared: int) -> NDArray[np.intp]:
        """Return which number of the day each known number of all agents is, agents side by side."""
        places, begin = [], shared
        for count in counts:
            places += [*range(shared), *range(begin, begin + count)]
            begin += count
        self._ends = np.cumsum([shared + count for count in counts]).tolist()
        return np.array(places, dtype=np.intp)

    def fields(self, agent: str) -> tuple[Field, ...]:
        """Return the fields of an agent's observation, in order. Raises UnknownName."""
        if agent not in self._fields:
            raise UnknownName("agent", agent, self._fields)
        return self._fields[agent]

    def describe(self, agent: str) -> str:
        """Return a markdown table of the fields of an agent. Raises UnknownName."""
        return table(self.fields(agent))

    def reset(self, days: Sequence[Columns], states: NDArray[np.float64]) -> Observations:
        """Return the observations at the start of the days; states (batch, states). Raises InvalidInput for missing columns."""
        known = self._day_signals.compute(days)[:, :, self._known]
        self._day = np.ascontiguousarray(known, dtype=np.float32)
        return self._observe(0, self._measurements.first(states))

    def observe(self, result: StepResult) -> Observations:
        """Return the observations after a step of the days that `reset` was given."""
        return self._observe(result.step + 1, self._measurements.read(result))

    def _observe(self, step: int, measured: NDArray[np.float64]) -> Observations:
        seen = np.clip(measured, -LIMIT, LIMIT).astype(np.float32)
        known = self._day[step]
        found, begin, at = {}, 0, 0
        for agent, end in zip(self.agents, self._ends, strict=True):
            stop = at + self.sizes[agent] - (end - begin)
            found[agent] = np.concatenate([known[:, begin:end], seen[:, at:stop]], axis=1)
            begin, at = end, stop
        return found
