"""What is measured while a day is played: states of devices, voltages, loadings, and the exchange at the root."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.envs.field import Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.plant.layout import Layout
    from gridbench.plant.plant import StepResult
    from gridbench.scenario.scenario import Scenario

Floats = NDArray[np.float64]


class _Groups:
    """Groups of columns, one an agent, that are reduced in one call; agents without columns are left out."""

    def __init__(self, groups: Sequence[NDArray[np.intp]]) -> None:
        self.numbers = np.array([i for i, at in enumerate(groups) if at.size], dtype=np.intp)
        self._order = np.concatenate(groups)
        sizes = [at.size for at in groups if at.size]
        self._starts = np.cumsum([0, *sizes[:-1]])

    def reduce(self, by: np.ufunc, values: Floats) -> Floats:
        """Return the reduction of each group (batch, groups) of values (batch, columns)."""
        reduced: Floats = by.reduceat(values[:, self._order], self._starts, axis=1)
        return reduced


class Measurements:
    """Reads the measured fields of all agents, side by side, out of states and step results.

    `fields` has the fields by agent number. Extremes are taken over the buses of an agent and the branches that feed them.
    """

    def __init__(self, scenario: Scenario, layout: Layout, owners: Sequence[int], operator: int) -> None:
        """Build the index arrays of a scenario."""
        self._scenario, self._layout = scenario, layout
        nx, agents, nb, nl = len(layout.states), len(layout.agents), len(layout.buses), len(layout.branches)
        bus_agents = np.array(layout.bus_agents, dtype=np.intp)
        by_agent = [np.flatnonzero(bus_agents == i) for i in range(agents)]
        self._buses = _Groups(by_agent)
        self._fed = _Groups([at[at > 0] - 1 for at in by_agent])  # branch k feeds bus k + 1
        sections = np.cumsum([0, nx, nb, nl, 2, agents, agents, agents, 2])
        self._states, self._v, self._loading, self._root, self._low, self._high, self._worst, self._all = sections[:-1].tolist()
        self._width = int(sections[-1])
        picked = {i: [*self._device_states(i), *self._own_network(i), *(self._whole() if i == operator else [])] for i in owners}
        self.fields = {i: tuple(field for _, field in found) for i, found in picked.items()}
        every = [one for i in owners for one in picked[i]]
        self._places = np.array([place for place, _ in every], dtype=np.intp)
        self._offset = np.array([field.offset for _, field in every])
        self._scale = np.array([field.scale for _, field in every])

    def first(self, states: Floats) -> Floats:
        """Return the scaled fields (batch, fields) before the first step: every voltage 1 pu, every flow 0."""
        raw = np.zeros((len(states), self._width))
        raw[:, : self._v] = states
        for begin, end in ((self._v, self._loading), (self._low, self._worst), (self._all, self._width)):
            raw[:, begin:end] = 1.0
        return self._scaled(raw)

    def read(self, result: StepResult) -> Floats:
        """Return the scaled fields (batch, fields) after a step."""
        v, loading = result.v_pu, result.loading
        raw = np.empty((len(v), self._width))
        raw[:, : self._v] = result.states
        raw[:, self._v : self._loading] = v
        raw[:, self._loading : self._root] = loading
        raw[:, self._root] = result.p_root_mw
        raw[:, self._root + 1] = result.q_root_mvar
        raw[:, self._low : self._worst] = 1.0
        raw[:, self._worst : self._all] = 0.0
        raw[:, self._low + self._buses.numbers] = self._buses.reduce(np.minimum, v)
        raw[:, self._high + self._buses.numbers] = self._buses.reduce(np.maximum, v)
        raw[:, self._worst + self._fed.numbers] = self._fed.reduce(np.maximum, loading)
        raw[:, self._all] = raw[:, self._low : self._high].min(axis=1)
        raw[:, self._all + 1] = raw[:, self._high : self._worst].max(axis=1)
        return self._scaled(raw)

    def _scaled(self, raw: Floats) -> Floats:
        scaled: Floats = (raw[:, self._places] - self._offset) / self._scale
        return scaled

    def _device_states(self, agent: int) -> list[tuple[int, Field]]:
        own = {name for name, owner in zip(self._layout.devices, self._layout.device_agents, strict=True) if owner == agent}
        return [
            (self._states + i, Field(name, _unit(name), 0.5 * (span.hi - span.lo) or 1.0, 0.5 * (span.hi + span.lo), "own state"))
            for i, (name, span) in enumerate(zip(self._layout.states, self._layout.state_spans, strict=True))
            if name.rpartition(".")[0] in own
        ]

    def _own_network(self, agent: int) -> list[tuple[int, Field]]:
        found = [
            (self._low + agent, self._voltage("v_min_pu", "lowest voltage of the own buses")),
            (self._high + agent, self._voltage("v_max_pu", "highest voltage of the own buses")),
            (self._worst + agent, Field("loading_max", "1", 0.5, 0.5, "worst loading of the branches that feed the own buses")),
        ]
        lay, feeder = self._layout, self._scenario.feeder
        for k, branch in enumerate(feeder.branches):
            above, below = feeder.bus_index(branch.from_bus), feeder.bus_index(branch.to_bus)
            if lay.bus_agents[above] != lay.bus_agents[below] and agent in {lay.bus_agents[above], lay.bus_agents[below]}:
                name = "coupling" if lay.bus_agents[below] == agent else branch.from_bus
                found.append((self._v + above, self._voltage(f"{name}.v_pu", f"voltage of bus {branch.from_bus}")))
                found.append((self._loading + k, Field(f"{name}.loading", "1", 0.5, 0.5, f"loading of branch {branch.name}")))
        owned = zip(lay.devices, lay.device_agents, strict=True)
        mine = {name for name, owner in owned if owner == agent}
        for regulator in self._scenario.regulators:
            if regulator.name in mine:
                bus = feeder.branches[feeder.branch_index(regulator.branch)].to_bus
                at = self._v + feeder.bus_index(bus)
                found.append((at, self._voltage(f"{regulator.name}.v_pu", f"voltage of bus {bus}, behind the regulator")))
        return found

    def _whole(self) -> list[tuple[int, Field]]:
        mva = self._scenario.tie.rating_mva
        return [
            (self._all, self._voltage("network.v_min_pu", "lowest voltage of all buses")),
            (self._all + 1, self._voltage("network.v_max_pu", "highest voltage of all buses")),
            (self._root, Field("root.p_mw", "MW", mva, 0.0, "power drawn from the upstream grid")),
            (self._root + 1, Field("root.q_mvar", "Mvar", mva, 0.0, "reactive power drawn from the upstream grid")),
        ]

    def _voltage(self, name: str, meaning: str) -> Field:
        band = self._scenario.voltage
        half, middle = 0.5 * (band.v_max_pu - band.v_min_pu), 0.5 * (band.v_max_pu + band.v_min_pu)
        return Field(name, "pu", half, middle, f"{meaning}, last step")


def _unit(state: str) -> str:
    return {"mw": "MW", "mwh": "MWh", "mvar": "Mvar"}.get(state.rpartition("_")[2], "1")
