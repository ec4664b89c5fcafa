"""The simulator: a batch of independent copies of one scenario's grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.errors import InvalidInput
from gridbench.physics.devices import CapacitorBank
from gridbench.physics.terms import MONEY
from gridbench.plant import indices
from gridbench.plant.compiler import Compiled, asks_of, compile_devices, not_kept
from gridbench.plant.layout import Layout, layout
from gridbench.plant.power_flow import FAILED, SOLVED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.plant.flow import FlowSolver
    from gridbench.scenario.scenario import Columns, Scenario

Floats = NDArray[np.float64]

SPAN_TOLERANCE = 1e-6
"""States may begin a day outside their spans by this much (unit of the state; relative to it above 1)."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """What happened in one step; the first axis of every array is the element of the batch.

    v_pu (batch, buses), loading (batch, branches) as a share of the rating, p_root_mw and q_root_mvar (batch,) drawn from
    the upstream grid, flow_p_mw and flow_q_mvar (batch, branches) what enters the series impedance at its sending end, p_mw
    and q_mvar (batch, devices) what each device injects into its bus (a regulator 0, a bank at the voltage it found), controls
    (batch, controls), states (batch, states) after the step, done (batch, asks) what was realised, clipped (batch,) asks that
    were not followed, blackout (batch,), money (batch, agents, components of `physics.terms.MONEY`) in usd. In a blackout
    v_pu, loading, flows, powers and controls are 0 and the states unchanged.
    """

    step: int
    v_pu: Floats
    loading: Floats
    p_root_mw: Floats
    q_root_mvar: Floats
    flow_p_mw: Floats
    flow_q_mvar: Floats
    p_mw: Floats
    q_mvar: Floats
    controls: Floats
    states: Floats
    done: Floats
    clipped: Floats
    blackout: NDArray[np.bool_]
    money: Floats

    @property
    def cost_usd(self) -> Floats:
        """The money of the step, all agents and components (batch,)."""
        total: Floats = self.money.sum(axis=(1, 2))
        return total


class Plant:
    """A batch of copies of a scenario's grid, stepped side by side; one environment is a batch of one.

    The compiled sweep solves their networks, or else `flow`, as `plant.torch_flow.TorchFlow(scenario.feeder, "cuda")`.
    """

    def __init__(self, scenario: Scenario, batch: int = 1, flow: FlowSolver | None = None) -> None:
        """Compile the laws of a scenario (or take them from the cache); `reset` begins a day."""
        if batch < 1:
            raise InvalidInput("Plant", [f"batch must be at least 1, is {batch}"])
        self.scenario = scenario
        self.batch = batch
        self.flow = flow
        self.layout: Layout = layout(scenario)
        lay = self.layout
        self._compiled = compile_devices(scenario.devices, scenario.voltage, scenario.loading)
        self._table, self._columns = _table(scenario, lay, self._compiled)
        tree, base = scenario.feeder.arrays, scenario.feeder.base_mva
        voltage, loading, tie = scenario.voltage, scenario.loading, scenario.tie
        self._network = (
            tree.parent,
            np.column_stack([tree.r, tree.x, tree.b]),
            np.column_stack([tree.shunt_g, tree.shunt_b]),
            tree.rating**2,
            tree.ratio,
            np.array(lay.bus_agents),
        )
        self._limits = np.array([
            voltage.trip_min_pu**2, voltage.trip_max_pu**2, loading.trip_loading**2, (tie.trip_loading * tie.rating_mva) ** 2,
            base, scenario.feeder.root_voltage_pu**2, scenario.step_h, scenario.blackout_usd,
        ])  # fmt: skip
        self._inputs = ("state", lay.states), ("ask", lay.asks), ("column", lay.columns), ("first state", lay.states)
        self._tie = lay.devices.index(tie.name)
        self._lowest, self._highest = (np.array([span[end] for span in lay.state_spans]) for end in (0, 1))
        self._first = np.tile(lay.initial, (batch, 1))
        self._states = self._first.copy()
        self._weather: Floats = np.zeros((0, batch, len(lay.columns)))
        self._t = 0

    @property
    def states(self) -> Floats:
        """The states before the next step (batch, states)."""
        return self._states

    @property
    def t(self) -> int:
        """The number of the next step."""
        return self._t

    @property
    def over(self) -> bool:
        """Whether the day has ended (or none has begun)."""
        return self._t >= len(self._weather)

    @property
    def weather(self) -> Floats:
        """The series of the day (steps, batch, columns of the layout)."""
        return self._weather

    def reset(self, days: Sequence[Columns], states: Floats | None = None) -> None:
        """Begin one day in every element of the batch, at the initial states or at the given ones (batch, states).

        Raises InvalidInput, all faults at once, for a wrong number of days, a column that is missing, too short or not finite,
        and states of a wrong shape or outside their spans. The day before goes on then.
        """
        faults = [] if len(days) == self.batch else [f"{len(days)} days for a batch of {self.batch}"]
        faults += [f"day {n}: {fault}" for n, day in enumerate(days) for fault in self._faults_of_day(day)]
        first = np.tile(self.layout.initial, (self.batch, 1)) if states is None else np.array(states, dtype=np.float64)
        faults += self._faults_of_states(first)
        if faults:
            raise InvalidInput("Plant.reset", faults)
        stacked = np.array([[day[c] for c in self.layout.columns] for day in days], dtype=np.float64)
        self._weather = np.ascontiguousarray(stacked.transpose(2, 0, 1))
        self._first = first
        self._states = first.copy()
        self._t = 0

    def _faults_of_day(self, day: Columns) -> list[str]:
        faults = []
        for name in self.layout.columns:
            if name not in day:
                faults.append(f"column {name!r} is missing")
            elif len(day[name]) != self.scenario.steps:
                faults.append(f"column {name!r} has {len(day[name])} steps, the scenario {self.scenario.steps}")
            elif not np.isfinite(day[name]).all():
                faults.append(f"column {name!r} has a number that is not finite in step {int(np.isfinite(day[name]).argmin())}")
        return faults

    def _faults_of_states(self, states: Floats) -> list[str]:
        names, spans = self.layout.states, self.layout.state_spans
        if states.shape != (self.batch, len(names)):
            return [f"states have shape {states.shape}, not (batch, states) = {(self.batch, len(names))}"]
        room = SPAN_TOLERANCE * np.maximum(np.abs(states), 1.0)
        fine = (states >= self._lowest - room) & (states <= self._highest + room)  # a NaN is not fine
        return [
            f"element {e}: the state {names[n]} is {states[e, n]}, its span is {spans[n].lo} to {spans[n].hi}"
            for e, n in np.argwhere(~fine)
        ]

    def step(self, asks: Floats) -> StepResult:
        """Settle, solve, advance and bill one step of every element.

        asks (batch, asks) in the order of `layout.asks`, in their own units; what cannot be done is clipped to what can.
        Raises InvalidInput for a wrong shape, a NaN, or a day that is over; StorageError where machine code cannot be kept.
        """
        if self.over:
            raise InvalidInput("Plant.step", ["the day is over (or none has begun): call reset first"])
        last, weather = self._t == len(self._weather) - 1, self._weather[self._t]
        result = self.advance(self._states, asks, weather, self.scenario.step_h, first=self._first, last=last, step=self._t)
        self._states = result.states
        self._t += 1
        return result

    def advance(
        self, states: Floats, asks: Floats, weather: Floats, hours: float, *, first: Floats, last: bool, step: int = 0
    ) -> StepResult:
        """Return what `hours` hours bring about from `states` (batch, states): settle, solve, advance and bill.

        The plant's own day is neither read nor moved, and the batch may be of any size. asks (batch, asks) as in `step`;
        weather (batch, columns); where `last` is true the end of the day is priced against `first` (batch, states); `step` is
        the number that the result bears. The fee of a blackout is for a scenario step, and counts in proportion to it.
        Raises InvalidInput for wrong shapes, numbers that are not finite, and hours that are not above 0; StorageError where
        machine code cannot be kept.
        """
        states, asks, weather, first = (np.ascontiguousarray(a, dtype=np.float64) for a in (states, asks, weather, first))
        lay, batch = self.layout, len(states)
        given = states, asks, weather, first
        shapes = [(batch, len(names)) for _, names in self._inputs]
        if not (0.0 < hours < math.inf and batch and [array.shape for array in given] == shapes):
            raise self._refusal(step, hours, *given)
        after, done, controls = np.empty_like(states), np.empty_like(asks), np.empty((batch, len(lay.controls)))
        v2, load2 = np.empty((batch, len(lay.buses))), np.empty((batch, len(lay.branches)))
        flow, power = np.empty((2, batch, len(lay.branches))), np.empty((2, batch, len(lay.devices)))
        brief, money = np.zeros((batch, 4)), np.empty((batch, len(lay.agents), len(MONEY)))
        outputs = after, controls, done, v2, load2, flow, power, brief, money
        try:
            finite = self._run(self._limits_of(hours), given, last=bool(last), outputs=outputs)
        except OSError as error:
            raise not_kept(error) from error
        if not finite:
            raise self._refusal(step, hours, *given)
        return StepResult(
            step, np.sqrt(v2, out=v2), np.sqrt(load2, out=load2), brief[:, indices.ROOT_P], brief[:, indices.ROOT_Q], flow[0],
            flow[1], power[0], power[1], controls, after, done, brief[:, indices.CLIPPED], brief[:, indices.DARK] > 0.5, money,
        )  # fmt: skip

    def _run(self, limits: Floats, given: tuple[Floats, ...], *, last: bool, outputs: tuple[Floats, ...]) -> bool:
        """Step, in one piece or in two halves around the flow that was given; return whether all inputs are finite."""
        laws = self._table, self._compiled.parameters, self._columns
        if self.flow is None:
            return self._compiled.step(*laws, *self._network, limits, self._tie, *given, last, *outputs)
        (x, asks, w, first), (y, u, done, *found, power, brief, money) = given, outputs
        *_, rating2, ratios, agents = self._network
        p, q, bank = np.empty((3, len(self.layout.buses), len(x)))
        ratio, dark_usd = np.empty((len(self.layout.branches), len(x))), np.empty(len(x))
        settled = y, u, done, p, q, bank, ratio, dark_usd
        if not self._compiled.begin(*laws, ratios, limits, self._tie, x, asks, w, first, *settled, power, brief, money):
            return False
        flows = self.flow.solve(p.T, q.T, bank.T, ratio.T)
        solved = np.where(flows.solved, SOLVED, FAILED)
        solution = flows.u, flows.l, flows.flow, flows.root, solved
        self._compiled.finish(
            *laws, rating2, agents, limits, self._tie, x, w, first, last, *settled, *solution, *found, power, brief, money
        )
        return True

    def _limits_of(self, hours: float) -> Floats:
        """Return the numbers of the network limits for a step of some length."""
        step_h = self.scenario.step_h
        if hours == step_h:
            return self._limits
        limits = self._limits.copy()
        limits[indices.STEP_H] = hours
        limits[indices.BLACKOUT_USD] *= hours / step_h
        return limits

    def _refusal(self, step: int, hours: float, *given: Floats) -> InvalidInput:
        """Return the error of hours, states, asks, weather and first states, as `advance` takes them, with all that is wrong."""
        batch = len(given[0])
        faults = [] if 0.0 < hours < math.inf else [f"hours must be finite and above 0, not {hours}"]
        faults += [] if batch else ["the batch is empty"]
        for array, (noun, names) in zip(given, self._inputs, strict=True):
            if array.shape != (batch, len(names)):
                faults.append(f"{noun}s have shape {array.shape}, not (batch, {noun}s) = {(batch, len(names))}")
            elif not np.isfinite(array).all():
                bad = sorted({names[i] for i in np.argwhere(~np.isfinite(array))[:, 1]})
                faults += [f"the {noun} {name} is not a finite number" for name in bad]
        return InvalidInput("Plant.advance", [f"step {step}: {fault}" for fault in faults])


def _table(scenario: Scenario, lay: Layout, compiled: Compiled) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each device finds its numbers, and the columns of the series that the devices read one after the other."""
    feeder, table = scenario.feeder, np.zeros((len(scenario.devices), 10), dtype=np.int64)
    columns: list[int] = []
    state = ask = control = 0
    table[:, [indices.KIND, indices.CLOSES, indices.PARAMETER, indices.AGENT]] = np.column_stack([
        compiled.kinds, compiled.closings, compiled.offsets, lay.device_agents,
    ])  # fmt: skip
    for row, device in zip(table, scenario.devices, strict=True):
        row[[indices.STATE, indices.ASK, indices.CONTROL, indices.INPUT]] = state, ask, control, len(columns)
        branch, bus = getattr(device, "branch", None), getattr(device, "bus", "")
        row[indices.BANK] = isinstance(device, CapacitorBank)
        row[indices.PLACE] = feeder.bus_index(bus) if branch is None else feeder.branch_index(branch)
        columns += [lay.columns.index(c) for c in device.inputs().values()]
        state, control = state + len(device.states()), control + len(device.controls())
        ask += 0 if device is scenario.tie else len(asks_of(device))
    return table, np.array(columns, dtype=np.int64)
