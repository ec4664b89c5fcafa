"""The grid as HERON's plant: the simulator, advanced by elapsed time, read and written through the agents' fields."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from gridbench.envs.features import CONSTANT
from gridbench.envs.measurements import Groups, Measurements
from gridbench.envs.purse import billed_apart
from gridbench.envs.signals import DaySignals
from gridbench.errors import InvalidInput
from gridbench.heron.scheduling.clock import to_ns
from gridbench.plant.layout import layout
from gridbench.plant.plant import Plant
from gridbench.plant.timers import Timers
from gridbench.plant.violations import excess_row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.envs.field import Reading
    from gridbench.heron.layout import Layout as HeronLayout
    from gridbench.plant.layout import Layout
    from gridbench.plant.plant import StepResult
    from gridbench.scenario.scenario import Columns, Scenario

Floats = NDArray[np.float64]


class GridPlant:
    """A scenario's grid on the days of one of its splits: drawn from it, or those given, an environment each."""

    def __init__(self, scenario: Scenario, split: str, days: Sequence[int] | None = None) -> None:
        """Name the days; raise UnknownName for an unknown split."""
        self.scenario, self.split = scenario, scenario.split(split)
        self.days = None if days is None else tuple(days)

    def bind(self, layout: HeronLayout, controls: Mapping[str, int]) -> GridDynamics:
        """Return the dynamics under a layout."""
        return GridDynamics(self, layout, controls)


class GridDynamics:
    """Every number of the grid stands in one row; each slot of the layout reads the place that its field's `source` names.

    What the next step depends on is read back from the slots alone: the states of the devices, the hours since their starts
    and stops, the series as they stand, and the sums so far. A change of any of them is a change of the world.
    """

    def __init__(self, world: GridPlant, slots: HeronLayout, controls: Mapping[str, int]) -> None:
        """Compile the plant, and find every slot's place in the row."""
        scenario = self.scenario = world.scenario
        self.split, self.layout = world.split, layout(scenario)
        self._drawn_from = np.array(self.split.days)
        self.days: tuple[int, ...] = ()
        """The days that are played, an environment each."""
        self.chosen = world.days
        """The days that a start plays, drawn where there are none."""
        apart = billed_apart(scenario, self.layout)
        self._plant = Plant(apart)
        self._signals, self._measured = DaySignals(scenario, self.layout), Measurements(self.layout)
        self._timers = Timers(scenario, self.layout)
        self._parts = _parts(self.layout, scenario.tie.name)
        self._asks = np.array([controls["/".join(ask.rsplit(".", 1))] for ask in self.layout.asks], dtype=np.intp)
        self._row = _Row(self, [group.name for group in apart.agents])
        self._order, self._constants = self._row.places_of(slots)
        self._states = self._row.slots_of([f"state.{name}" for name in self.layout.states], slots)
        self._since = self._row.slots_of([f"since.{name}" for name in self._timers.names], slots)
        self._series = self._row.slots_of([f"series.{name}" for name in self.layout.columns], slots)
        self._sums = self._row.slots_of(self._row.sums, slots)
        self._passed = self._row.slots_of([f"violations.{name}" for name in self.layout.agents], slots)
        self._step_ns = to_ns(scenario.step_h * 3600.0)

    def start(self, values: Floats, generators: Sequence[np.random.Generator]) -> Floats:
        """Return the state at midnight of a day, drawn from the split where none was chosen."""
        days = self.chosen or tuple(int(generator.choice(self._drawn_from)) for generator in generators)
        if len(days) != len(values):
            raise InvalidInput("environment", [f"{len(days)} days for {len(values)} environments"])
        columns = [self.scenario.window(self.split.name, day) for day in days]
        self._known = self._signals.compute(columns)
        self._weather, self.days = self._columns(columns), days
        self._first = np.tile(self.layout.initial, (len(values), 1))
        row = self._row.empty(len(values))
        row[:, self._row.measured] = self._measured.first(self._first)
        row[:, self._row.since] = self._timers.hours(self._first)
        row[:, self._row.summed] = 0.0
        row[:, self._row.violations] = 0.0
        return self._slots(row, 0)

    def advance(self, values: Floats, controls: Floats, begin_s: float, elapsed_s: float) -> Floats:
        """Return the state after controls (in units) were held for elapsed_s; asks are rounded to single precision first.

        Raises InvalidInput where the day is over.
        """
        begin_ns, end_ns = to_ns(begin_s), to_ns(begin_s) + to_ns(elapsed_s)
        if begin_ns // self._step_ns >= self.scenario.steps:
            raise InvalidInput("environment", ["the day is over: call reset first"])
        hours, step, left_ns = elapsed_s / 3600.0, end_ns // self._step_ns, end_ns % self._step_ns
        since, weather = values.take(self._since, axis=1), self.series(values)
        states = self._timers.states(values.take(self._states, axis=1), since)
        asks = controls.take(self._asks, axis=1).astype(np.float32).astype(np.float64)
        asks = self._timers.held(asks, states, since)
        last = step >= self.scenario.steps
        result = self._plant.advance(states, asks, weather, hours, first=self._first, last=last)
        at, row = self._row, self._row.empty(len(values))
        row[:, at.measured] = self._measured.read(result)
        row[:, at.since] = after = self._timers.elapse(since, result.controls, hours, result.blackout)
        if end_ns - begin_ns != self._step_ns:  # in a piece of a step the memories of whole steps follow the hours
            row[:, at.states] = self._timers.states(result.states, after)
        row[:, at.summed] = values.take(self._sums, axis=1) + self._added(result, hours, row)
        if begin_ns % self._step_ns:  # the most that were passed at once in the step
            row[:, at.violations] = np.maximum(row[:, at.violations], values.take(self._passed, axis=1))
        return self._slots(row, step, weather if left_ns else None)

    def series(self, values: Floats) -> Floats:
        """Return the series as they stand in a state (environments, columns of the plant's layout)."""
        return values.take(self._series, axis=1)

    def _slots(self, row: Floats, step: int, weather: Floats | None = None) -> Floats:
        """Return the slots of rows at the begin of a step, or within it under the series that stand."""
        row[:, self._row.signals] = self._known[step]
        row[:, self._row.series] = self._weather[min(step, len(self._weather) - 1)] if weather is None else weather
        row[:, self._row.constants] = self._constants
        return row.take(self._order, axis=1)

    def _added(self, result: StepResult, hours: float, row: Floats) -> Floats:
        """Return what a piece adds to the sums: money by agent, excess by agent (pu h), hours of blackout; note violations."""
        passed = excess_row(self.scenario, result.v_pu, result.loading, (result.p_root_mw, result.q_root_mvar))
        if result.blackout.any():  # what is dark passes no limit: it is counted apart
            passed[result.blackout] = 0.0
        agents, parts = self._row.agents, len(self.layout.agents)
        count = self._parts.reduce(np.add, (passed > 0).astype(np.float64))
        row[:, self._row.violations] = 0.0
        row[:, self._row.violations.start + self._parts.numbers] = count
        added = np.zeros((len(row), len(self._row.sums)))
        added[:, :agents] = result.money.sum(axis=2)
        added[:, agents + self._parts.numbers] = self._parts.reduce(np.add, passed) * hours
        added[:, agents + parts] = hours * result.blackout
        return added

    def _columns(self, days: Sequence[Columns]) -> Floats:
        """Return the series that the devices read (steps, environments, columns)."""
        stacked = np.array([[day[column] for column in self.layout.columns] for day in days], dtype=np.float64)
        return np.ascontiguousarray(stacked.transpose(2, 0, 1))


def _parts(lay: Layout, tie: str) -> Groups:
    """Return whose limits they are: both ends of the band of each bus but the root, the branches, and the tie."""
    fed = np.array(lay.bus_agents[1:], dtype=np.intp)  # branch k feeds bus k + 1
    owners = np.concatenate([fed, fed, fed, [lay.device_agents[lay.devices.index(tie)]]])
    return Groups([np.flatnonzero(owners == agent) for agent in range(len(lay.agents))])


class _Row:
    """Where each section of numbers stands in the row, and the places by source."""

    def __init__(self, dynamics: GridDynamics, billed: Sequence[str]) -> None:
        lay, measured = dynamics.layout, dynamics._measured.places  # noqa: SLF001 - its own parts
        self.sums = [f"cost.{name}" for name in billed] + [f"excess.{name}" for name in lay.agents] + ["blackout"]
        self.agents = len(billed)
        sections = [
            [f"series.{name}" for name in lay.columns],
            list(dynamics._signals.places),  # noqa: SLF001
            list(measured),
            [f"since.{name}" for name in dynamics._timers.names],  # noqa: SLF001
            [f"violations.{name}" for name in lay.agents],
            self.sums,
        ]
        ends = np.cumsum([0, *(len(names) for names in sections)]).tolist()
        pieces = [slice(begin, end) for begin, end in pairwise(ends)]
        self.series, self.signals, self.measured, self.since, self.violations, self.summed = pieces
        self.states = slice(self.measured.start, self.measured.start + len(lay.states))
        self.places = {source: i for i, source in enumerate(source for names in sections for source in names)}
        self.constants = slice(ends[-1], ends[-1])

    def empty(self, batch: int) -> Floats:
        return np.empty((batch, self.constants.stop))

    def places_of(self, slots: HeronLayout) -> tuple[NDArray[np.intp], Floats]:
        """Return the place of every slot, constants after all others, and the constants."""
        order: list[int] = []
        constants: list[float] = []
        for slot in slots.slots:
            source = cast("Reading", slot.field).source
            if source == CONSTANT:
                order.append(self.constants.start + len(constants))
                constants.append(slot.field.start)
            else:
                order.append(self.places[source])
        self.constants = slice(self.constants.start, self.constants.start + len(constants))
        return np.array(order, dtype=np.intp), np.array(constants)

    def slots_of(self, sources: Sequence[str], slots: HeronLayout) -> NDArray[np.intp]:
        """Return the slot that holds the number of each source: the first of its owner's."""
        held: dict[str, int] = {}
        for i, slot in enumerate(slots.slots):
            held.setdefault(cast("Reading", slot.field).source, i)
        return np.array([held[source] for source in sources], dtype=np.intp)
