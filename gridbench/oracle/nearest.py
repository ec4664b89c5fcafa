"""The nearest asks: next to what a policy asks for in one step, asks under which the limits of the network hold.

One small conic problem on the laws that the oracle's days are made of. Integers are held at what the devices make of the
policy's asks until they are told to move; what is minimised is the distance of all other asks, each in units of its span.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp

from gridbench.errors import SolverError
from gridbench.oracle.affine import affine, concatenate
from gridbench.oracle.certify import asks_of
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.formulation import Formulation, Start, fixed_windows, formulate, in_scale, whole
from gridbench.oracle.modes import one_way
from gridbench.oracle.recovery import wishes
from gridbench.oracle.redispatch import network_point, tangent
from gridbench.oracle.schedule import scheduled
from gridbench.physics.terms import Device, Values, inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gridbench.oracle.affine import Affine, Floats, Indices
    from gridbench.oracle.problem import Problem
    from gridbench.oracle.taps import Windows
    from gridbench.scenario.scenario import Columns, Scenario

VIOLATION = 1e4
"""Price of an excess (per pu^2, or per share of a rating) in spans: above what distance it takes to mend it."""
LEAK = 1e-3
"""Price of a branch at its rating, in spans: without it nothing keeps the cone of a branch tight."""
MONEY = 1e-3
"""Price of a usd in spans: what is dear, as load shed, moves after what is cheap."""
MARGIN = 1e-5
"""Limits hold by this much (pu^2, or share of a rating), for what solver and single precision round off."""
TOLERANCES = (1e-8, 1e-6)
LIMIT_S = 20.0
"""Time after which the solver is given up, far above what it takes: decisions must not depend on the clock."""
STILL = 1e-6
"""A device whose asks all move by less (in spans) is left as it was asked."""

IDLE = 0.05
"""Movements that are below this share of a position are none."""


class Found(NamedTuple):
    """Asks (asks,), and whether the conic problem kept the limits with them: where it could not, no others of its integers do."""

    asks: Floats
    keeps: bool


class Nearest:
    """The asks next to those of one step; `wanted` (asks,) is what the devices make of the policy's, in their units."""

    def __init__(self, scenario: Scenario, series: Columns, start: Start, asks: Floats) -> None:
        """Take the states before a step, its series, arrays (1,), and what is asked for (asks,), in the plant's order."""
        self._scenario, self._series, self._start = in_scale(replace(scenario, steps=1)), series, start
        spans = [span for device in self._scenario.devices for span in device.asks().values()]
        self._integer = np.array([span.integer for span in spans], dtype=np.bool_)
        self._span = np.array([span.hi - span.lo for span in spans])
        self._owner = np.array([k for k, device in enumerate(self._scenario.devices) for _ in device.asks()])
        self._formulation: Formulation
        self._held: Problem
        self._hold(asks)
        self.wanted = self._settled

    def solve(self, around: Mapping[str, NDArray[np.float64]] | None = None) -> Found | None:
        """Return the nearest asks that keep the limits, or break them the least; None where no solver finds any.

        Without `around` on the relaxation of the branch flow, which may promise too much; with what the plant reports of asks
        nearby (fields of its StepResult, batch of one), on the tangents of its equations there.
        """
        problem = self._held if around is None else tangent(self._held, network_point(self._formulation, around), np.inf)
        x = self._best(self._formulation, problem, ~self._integer)
        if x is None and around is not None:
            x = self._best(self._formulation, self._held, ~self._integer)
        if x is None:
            return None
        self._held = self._one_way(x)
        excess = x[_excesses(self._formulation)]
        return Found(self._nearby(asks_of(self._formulation, x)[0].astype(np.float64)), bool(excess.sum() <= MARGIN))

    def move_integers(self, around: Mapping[str, NDArray[np.float64]] | None = None) -> bool:
        """Hold the integers next to the nearest relaxed ones from here on; return whether they are others than before.

        `around` as for `solve`, of asks with the integers that are held.
        """
        hull = formulate(self._scenario, self._series, _in_band(self._scenario), start=self._start)
        problem = hull.problem
        if around is not None:
            problem = tangent(problem, _carried(network_point(self._formulation, around), self._formulation, hull), np.inf)
        x = self._best(hull, problem, np.ones_like(self._integer))
        if x is None:
            return False
        found, place = asks_of(hull, x)[0], 0
        wished = wishes(hull, x)
        for device in self._scenario.devices:
            if device.name in wished:  # what the voltages want, where the hull leaves the position itself behind
                found[place] = _beyond(wished[device.name][0], self._settled[place])
            place += len(device.asks())
        before = self._asks
        self._hold(np.where(self._integer, found, before))
        return not np.array_equal(self._asks, before)

    def distance(self, done: Floats) -> float:
        """Return how far what was realised (asks,) is from `wanted`: the norm over all asks, each in units of its span."""
        return float(np.linalg.norm((done - self.wanted) / self._span))

    def _hold(self, asks: Floats) -> None:
        """Formulate the step with its integers as the devices settle them when they are asked for `asks`."""
        scenario, self._asks = self._scenario, asks
        settled = _settled(scenario, self._series, self._start, asks)
        path = {device.name: settled[device.name]["position"] for device in scenario.stepped}
        self._formulation = formulate(scenario, self._series, fixed_windows(scenario, path), start=self._start)
        self._settled = _asks(scenario, {name: Values(**controls) for name, controls in settled.items()}).constant
        columns = self._formulation.problem.columns
        gates = [(columns[f"{d.name}.{d.gate}"], settled[d.name][d.gate]) for d in scenario.devices if d.gate is not None]
        none = np.zeros(0)
        cols, numbers = [none.astype(np.int64), *(col for col, _ in gates)], [none, *(on for _, on in gates)]
        self._held = self._formulation.problem.fixed(np.concatenate(cols), np.concatenate(numbers))

    def _one_way(self, x: Floats) -> Problem:
        """Return the problem with devices' modes in their net direction at x: on paper a full storage may do both."""
        cols, numbers, _ = one_way(self._formulation, x)
        tie = self._scenario.tie
        trade = [f"{tie.name}.{name}" for name, span in tie.controls().items() if span.integer]
        own = ~np.isin(cols, np.concatenate([self._formulation.problem.columns[name] for name in trade]))
        return self._held.fixed(cols[own], numbers[own])

    def _best(self, formulation: Formulation, problem: Problem, free: NDArray[np.bool_]) -> Floats | None:
        """Return the columns (n,) next to `wanted`, as the asks `free` count it; None where no solver finds any."""
        asked = _asks(self._scenario, {name: Values(**day.controls) for name, day in formulation.days.items()})
        apart = ((asked - self.wanted) * (1.0 / self._span))[np.flatnonzero(free)]
        priced = _with_norm(_priced(formulation, problem), apart)
        for tolerance in TOLERANCES:
            try:
                solution = solve_conic(priced, LIMIT_S, 1, tolerance)
            except SolverError:
                continue
            if solution.feasible:
                return solution.x[:-1]
        return None

    def _nearby(self, found: Floats) -> Floats:
        """Return the asks found; integers, and devices that need not move, as they were asked."""
        moved = ~self._integer & (np.abs(found - self._settled) > STILL * self._span)
        moves = np.bincount(self._owner, weights=moved) > 0.0
        return np.where(moves[self._owner] & ~self._integer, found, self._asks)


def _beyond(wish: float, position: float) -> float:
    """Return the position next to a wish on its far side: the nearest wish lies where the limits begin to hold."""
    return float(position if abs(wish - position) < IDLE else np.ceil(wish - IDLE) if wish > position else np.floor(wish + IDLE))


def _excesses(formulation: Formulation) -> Indices:
    """Return the columns that measure by how much the network's limits are broken."""
    scenario, columns = formulation.scenario, formulation.problem.columns
    limits = scenario.voltage, scenario.loading, scenario.tie
    return np.concatenate([columns[f"{limit.name}.{excess}"].ravel() for limit in limits for excess in limit.excesses])


def _carried(x: Floats, formulation: Formulation, hull: Formulation) -> Floats:
    """Return the network's columns of a formulation at x as those of another one of the step; others are at their lower ends."""
    found = hull.problem.lower.copy()
    for name in ("u", "l", "P", "Q", *(f"{name} scaled" for name in formulation.taps)):
        found[hull.problem.columns[name]] = x[formulation.problem.columns[name]]
    return found


def _priced(formulation: Formulation, problem: Problem) -> Problem:
    """Return a problem of the formulation at prices in spans, its limits drawn in by the margin."""
    cost, lower = MONEY * scheduled(formulation).cost, problem.lower.copy()
    cost[formulation.problem.columns["l"]] += LEAK / formulation.scenario.feeder.arrays.rating**2
    excesses = _excesses(formulation)
    cost[excesses], lower[excesses] = VIOLATION, -MARGIN
    return replace(problem, cost=cost, lower=lower)


def _in_band(scenario: Scenario) -> Windows:
    """Return windows of all positions, and of voltages inside their band: tighter hulls than those of the protection band."""
    band, root = scenario.voltage, scenario.feeder.root_voltage_pu
    ends = min(band.v_min_pu, root) ** 2, max(band.v_max_pu, root) ** 2
    low, high = (np.full(scenario.steps, end) for end in ends)
    return {name: window._replace(u_low=low, u_high=high) for name, window in whole(scenario).items()}


def _settled(scenario: Scenario, series: Columns, start: Start, asks: Floats) -> dict[str, dict[str, Floats]]:
    """Return the controls, arrays (1,), that each device but the tie settles at when it is asked for `asks` (asks,)."""
    found, place = {}, 0
    for device in scenario.devices:
        names = tuple(device.asks())
        ask = Values(**dict(zip(names, asks[place : place + len(names)], strict=True)))
        place += len(names)
        if device is not scenario.tie:
            settled = device.settle(Values(**start[device.name]), ask, inputs(device, series), scenario.step_h)
            found[device.name] = {name: np.broadcast_to(np.asarray(u, dtype=np.float64), (1,)) for name, u in settled.items()}
    return found


def _asks(scenario: Scenario, controls: Mapping[str, Values]) -> Affine:
    """Return the asks (asks,) that bring controls about, one step of each device by name."""
    asking: list[Device] = [device for device in scenario.devices if device.asks()]
    asked = [affine(ask).to_shape((1,)) for device in asking for ask in device.ask_of(controls[device.name]).values()]
    return concatenate(asked)


def _with_norm(problem: Problem, apart: Affine) -> Problem:
    """Return the problem with a last column that is at least the norm of `apart`, at a price of 1."""
    one = np.ones(1)
    members = sp.block_array([[None, sp.csr_array(one[None])], [apart.matrix(problem.n), None]], format="csr")
    wider = [sp.csr_array((matrix.shape[0], 1)) for matrix in (problem.A, problem.G)]
    none = np.zeros(1, dtype=np.bool_)
    return replace(
        problem,
        cost=np.concatenate([problem.cost, one]), lower=np.concatenate([problem.lower, 0.0 * one]),
        upper=np.concatenate([problem.upper, np.inf * one]), blur=np.concatenate([problem.blur, 0.0 * one]),
        integer=np.concatenate([problem.integer, none]), implied=np.concatenate([problem.implied, none]),
        period=np.concatenate([problem.period, -np.ones(1, dtype=np.int64)]),
        A=sp.csr_array(sp.hstack([problem.A, wider[0]], format="csr")),
        G=sp.csr_array(sp.vstack([sp.hstack([problem.G, wider[1]]), members], format="csr")),
        h=np.concatenate([problem.h, 0.0 * one, apart.constant]),
        cone_sizes=np.concatenate([problem.cone_sizes, [1 + apart.constant.size]]), gates=np.concatenate([problem.gates, [-1]]),
    )  # fmt: skip
