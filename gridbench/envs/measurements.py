"""What is measured while a day is played: states of devices, voltages, loadings, flows, and extremes by agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.plant.layout import Layout
    from gridbench.plant.plant import StepResult

Floats = NDArray[np.float64]


class Groups:
    """Groups of columns, one an agent, that are reduced in one call; agents without columns are left out."""

    def __init__(self, groups: Sequence[NDArray[np.intp]]) -> None:
        """Hold the columns of each group."""
        self.numbers = np.array([i for i, at in enumerate(groups) if at.size], dtype=np.intp)
        self._order = np.concatenate(groups)
        sizes = [at.size for at in groups if at.size]
        self._starts = np.cumsum([0, *sizes[:-1]])

    def reduce(self, by: np.ufunc, values: Floats) -> Floats:
        """Return the reduction of each group (batch, groups) of values (batch, columns)."""
        reduced: Floats = by.reduceat(values.take(self._order, axis=1), self._starts, axis=1)
        return reduced


class Measurements:
    """Lays a step's result out as one row of numbers, and tells by `places` where the number of each source stands.

    Sources are `state.<device.state>`, `v.<bus>`, `loading.<branch>`, `p.<device>`, `q.<device>`, `flow_p.<branch>`,
    `flow_q.<branch>`, and the extremes `v_min.<agent>`, `v_max.<agent>`, `loading_max.<agent>`, `v_min`, `v_max`: over the
    buses of an agent and the branches that feed them, and over all buses.
    """

    def __init__(self, layout: Layout) -> None:
        """Build the index arrays of a layout."""
        bus_agents = np.array(layout.bus_agents, dtype=np.intp)
        by_agent = [np.flatnonzero(bus_agents == i) for i in range(len(layout.agents))]
        named = {
            "state": layout.states, "v": layout.buses, "loading": layout.branches, "p": layout.devices, "q": layout.devices,
            "flow_p": layout.branches, "flow_q": layout.branches,
            "v_min": layout.agents, "v_max": layout.agents, "loading_max": layout.agents,
        }  # fmt: skip
        sources = [f"{kind}.{name}" for kind, names in named.items() for name in names]
        self.places = {source: i for i, source in enumerate([*sources, "v_min", "v_max"])}
        self._ends = np.cumsum([len(names) for names in named.values()]).tolist()[:7]
        self.width = len(self.places)
        unity = [*(f"{kind}.{agent}" for kind in ("v_min", "v_max") for agent in layout.agents), "v_min", "v_max"]
        self._ones = [self.places[source] for source in [*(f"v.{bus}" for bus in layout.buses), *unity]]
        self._absent = np.ones((1, self.width))  # an agent without buses reads 1 pu, and no loading
        self._absent[:, [self.places[f"loading_max.{agent}"] for agent in layout.agents]] = 0.0
        self._extremes = _Extremes(self.places, layout, by_agent)

    def first(self, states: Floats) -> Floats:
        """Return the row of each element (batch, width) before the first step: every voltage 1 pu, every flow 0."""
        row = np.zeros((len(states), self.width))
        row[:, : states.shape[1]] = states
        row[:, self._ones] = 1.0
        return row

    def read(self, result: StepResult) -> Floats:
        """Return the row of each element (batch, width) after a step."""
        row = np.empty((len(result.states), self.width))
        row[:, self._ends[-1] :] = self._absent[:, self._ends[-1] :]
        begin = 0
        direct = (
            result.states, result.v_pu, result.loading, result.p_mw, result.q_mvar, result.flow_p_mw, result.flow_q_mvar,
        )  # fmt: skip
        for end, values in zip(self._ends, direct, strict=True):
            row[:, begin:end] = values
            begin = end
        self._extremes.write(row)
        return row


class _Extremes:
    """Lowest and highest voltages and worst loadings, by agent and of all: one reduction of signed columns."""

    def __init__(self, places: Mapping[str, int], layout: Layout, by_agent: Sequence[NDArray[np.intp]]) -> None:
        v = [places[f"v.{bus}"] for bus in layout.buses]
        groups: list[tuple[str, list[int], float]] = []
        for name, at in zip(layout.agents, by_agent, strict=True):
            fed = [places[f"loading.{layout.branches[bus - 1]}"] for bus in at if bus > 0]  # branch k feeds bus k + 1
            own = [v[bus] for bus in at]
            groups += [(f"v_min.{name}", own, 1.0), (f"v_max.{name}", own, -1.0), (f"loading_max.{name}", fed, -1.0)]
        groups = [group for group in [*groups, ("v_min", v, 1.0), ("v_max", v, -1.0)] if group[1]]
        sizes = [len(columns) for _, columns, _ in groups]
        self._columns = np.array([column for _, columns, _ in groups for column in columns], dtype=np.intp)
        self._starts = np.cumsum([0, *sizes[:-1]])
        self._signs = np.array([sign for _, _, sign in groups])
        self._each = np.repeat(self._signs, sizes)
        self._at = np.array([places[name] for name, _, _ in groups], dtype=np.intp)

    def write(self, row: Floats) -> None:
        """Write the extremes of the numbers in a row (batch, width) into it."""
        least = np.minimum.reduceat(row.take(self._columns, axis=1) * self._each, self._starts, axis=1)
        row[:, self._at] = least * self._signs
