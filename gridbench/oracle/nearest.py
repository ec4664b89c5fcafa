"""The nearest asks: next to what a policy asks for in one step, asks under which the limits of the network hold.

One small conic problem on the laws that the oracle's days are made of. Integers are held at what the devices make of the
policy's asks; what is minimised is the distance of all other asks, each in units of its span.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from gridbench.errors import SolverError
from gridbench.oracle.affine import affine, concatenate
from gridbench.oracle.certify import asks_of
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.device_day import inputs
from gridbench.oracle.formulation import Formulation, Start, fixed_windows, formulate, in_scale
from gridbench.oracle.redispatch import network_point, tangent
from gridbench.oracle.schedule import scheduled
from gridbench.physics.terms import Device, Values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gridbench.oracle.affine import Affine, Floats
    from gridbench.oracle.problem import Problem
    from gridbench.scenario.scenario import Columns, Scenario

VIOLATION = 1e4
"""Price of an excess (per pu^2, or per share of a rating) in spans: above what distance it takes to mend it."""
LEAK = 1e-3
"""Price of a branch at its rating, in spans: without it nothing keeps the cone of a branch tight."""
MONEY = 1e-5
"""Price of a usd in spans: of asks that are about as near, the cheaper ones."""
MARGIN = 1e-5
"""Limits hold by this much (pu^2, or share of a rating), for what solver and single precision round off."""
TOLERANCES = (1e-8, 1e-6)
LIMIT_S = 20.0
"""Time after which the solver is given up, far above what it takes: decisions must not depend on the clock."""
STILL = 1e-6
"""A device whose asks all move by less (in spans) is left as it was asked."""


class Nearest:
    """The asks next to those of one step; `wanted` (asks,) is what the devices make of the policy's, in their units."""

    def __init__(self, scenario: Scenario, series: Columns, start: Start, asks: Floats) -> None:
        """Take the states before a step, its series, arrays (1,), and what is asked for (asks,), in the plant's order."""
        one = in_scale(replace(scenario, steps=1))
        settled = _settled(one, series, start, asks)
        path = {device.name: settled[device.name]["position"] for device in one.stepped}
        self._formulation = formulate(one, series, fixed_windows(one, path), start=start)
        spans = [span for device in one.devices for span in device.asks().values()]
        self._asks, self._integer = asks, np.array([span.integer for span in spans])
        self._span = np.array([span.hi - span.lo for span in spans])
        self._owner = np.array([k for k, device in enumerate(one.devices) for _ in device.asks()])
        self.wanted = _asks(one, {name: Values(**controls) for name, controls in settled.items()}).constant
        columns = self._formulation.problem.columns
        gates = [(columns[f"{d.name}.{d.gate}"], settled[d.name][d.gate]) for d in one.devices if d.gate is not None]
        none = np.zeros(0)
        self._held = self._formulation.problem.fixed(
            np.concatenate([none.astype(np.int64), *(cols for cols, _ in gates)]), np.concatenate([none, *(on for _, on in gates)])
        )

    def solve(self, around: Mapping[str, NDArray[np.float64]] | None = None) -> Floats | None:
        """Return the nearest asks (asks,) that keep the limits, or break them the least; None where no solver finds any.

        Without `around` on the relaxation of the branch flow, which may promise too much; with what the plant reports of asks
        nearby (fields of its StepResult, batch of one), on the tangents of its equations there.
        """
        problem = self._held
        if around is not None:
            problem = tangent(problem, network_point(self._formulation, around), np.inf)
        problem = self._priced(problem)
        for tolerance in TOLERANCES:
            try:
                solution = solve_conic(problem, LIMIT_S, 1, tolerance)
            except SolverError:
                continue
            if solution.feasible:
                return self._nearby(asks_of(self._formulation, solution.x[:-1])[0].astype(np.float64))
        return None

    def distance(self, done: Floats) -> float:
        """Return how far what was realised (asks,) is from `wanted`: the norm over all asks, each in units of its span."""
        return float(np.linalg.norm((done - self.wanted) / self._span))

    def _nearby(self, found: Floats) -> Floats:
        """Return the asks found; integers, and devices that need not move, as they were asked."""
        moved = ~self._integer & (np.abs(found - self.wanted) > STILL * self._span)
        moves = np.bincount(self._owner, weights=moved) > 0.0
        return np.where(moves[self._owner] & ~self._integer, found, self._asks)

    def _priced(self, problem: Problem) -> Problem:
        """Return the problem with one more column, the distance, which is minimised; excesses are priced above it."""
        formulation = self._formulation
        scenario, columns = formulation.scenario, formulation.problem.columns
        cost, lower = MONEY * scheduled(formulation).cost, problem.lower.copy()
        cost[columns["l"]] += LEAK / scenario.feeder.arrays.rating**2
        for limit in (scenario.voltage, scenario.loading, scenario.tie):
            for excess in limit.excesses:
                cols = columns[f"{limit.name}.{excess}"]
                cost[cols], lower[cols] = VIOLATION, -MARGIN
        asked = _asks(scenario, {name: Values(**day.controls) for name, day in formulation.days.items()})
        apart = ((asked - self.wanted) * (1.0 / self._span))[np.flatnonzero(~self._integer)]
        return _with_norm(replace(problem, cost=cost, lower=lower), apart)


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
