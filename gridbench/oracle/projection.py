"""The projection on the devices: network prices as cuts on device columns, valid for any multipliers whatever."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from gridbench.oracle.safe_bound import EPS, allowed_cones, allowed_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.oracle.affine import Floats, Indices
    from gridbench.oracle.problem import Problem

PENALTY_USD = 5000.0
"""Price of one unit of imbalance in the elastic network: above any price that should steer the devices."""


@dataclass(frozen=True, eq=False)
class Cuts:
    """Rows `theta_t >= coefficients[t] @ x_devices + constant[t]`: (steps, devices' columns) and (steps,)."""

    coefficients: sp.csr_array
    constant: Floats


@dataclass(frozen=True, eq=False)
class Projection:
    """A problem split into what devices decide and what the network adds in each step (theta_t: its share of the money)."""

    problem: Problem
    steps: int

    def over(self, problem: Problem) -> Projection:
        """Return the projection of a problem with the same columns, and entries in the same places."""
        other = Projection(problem, self.steps)
        kept = ("devices", "network", "row_period", "cone_period")
        other.__dict__.update({name: getattr(self, name) for name in kept})
        return other

    @cached_property
    def devices(self) -> Indices:
        """The columns of the devices."""
        return np.flatnonzero(self.problem.period < 0)

    @cached_property
    def network(self) -> NDArray[np.bool_]:
        """Whether a column belongs to the network (n,)."""
        return self.problem.period >= 0

    @cached_property
    def row_period(self) -> Indices:
        """The step of each row that touches the network, -1 of the others (m,)."""
        return _periods(self.problem.A, self.problem.period)

    @cached_property
    def cone_period(self) -> Indices:
        """The step of each cone row that touches the network, -1 of the others (cone rows,)."""
        rows = _periods(self.problem.G, self.problem.period)
        return np.repeat(np.maximum.reduceat(rows, self.problem.cone_starts), self.problem.cone_sizes)

    def network_money(self, x: Floats) -> Floats:
        """Return what the network's columns cost in each step (steps,)."""
        own = self.network
        money = np.bincount(self.problem.period[own], weights=(self.problem.cost * x)[own], minlength=self.steps)
        return np.asarray(money, dtype=np.float64)

    def cuts(self, y: Floats, w: Floats) -> Cuts:
        """Return one cut a step by weak duality: multipliers of device rows are dropped, the rest minimised over the boxes."""
        p, own = self.problem, self.network
        y = np.where(self.row_period >= 0, allowed_rows(p, y), 0.0)
        w = np.where(self.cone_period >= 0, allowed_cones(p, w), 0.0)
        rows, members = np.flatnonzero(y), np.flatnonzero(w)
        side = np.where(y > 0.0, p.row_upper, np.where(y < 0.0, p.row_lower, 0.0))
        gradient = np.where(own, p.cost, 0.0) + p.A.T @ y - p.G.T @ w
        corner = np.where(gradient >= 0.0, *p.outer)
        parts = (
            (self.row_period[rows], -(y * side)[rows]),
            (self.cone_period[members], -(w * p.h)[members]),
            (p.period[own], (gradient * corner)[own]),
        )
        constant, off = np.zeros(self.steps), np.zeros(self.steps)
        for period, money in parts:
            constant += np.bincount(period, weights=money, minlength=self.steps)
            off += np.bincount(period, weights=np.abs(money), minlength=self.steps)
        size = np.where(own, np.abs(p.cost), 0.0) + abs(p.A).T @ np.abs(y) + abs(p.G).T @ np.abs(w)
        box = np.maximum(*map(np.abs, p.outer))
        off += np.bincount(p.period[own], weights=(size * box)[own], minlength=self.steps)
        return self._rounded(self._steer(y, w), constant - 64.0 * EPS * off)

    def _steer(self, y: Floats, w: Floats) -> sp.csr_array:
        """Return what a unit of each device column costs the network in each step (steps, devices' columns)."""
        p = self.problem
        rows, members = np.flatnonzero(y), np.flatnonzero(w)
        by_row = sp.csr_array((y[rows], (self.row_period[rows], rows)), shape=(self.steps, p.A.shape[0]))
        by_cone = sp.csr_array((w[members], (self.cone_period[members], members)), shape=(self.steps, p.G.shape[0]))
        return sp.csr_array((by_row @ p.A - by_cone @ p.G)[:, self.devices])

    def _rounded(self, steer: sp.csr_array, constant: Floats) -> Cuts:
        """Drop coefficients too small for the master, at the constant's expense."""
        coo = steer.tocoo()
        small = np.abs(coo.data) < 1e-7
        cols = self.devices[coo.col]
        worst = np.minimum(*(coo.data * end[cols] for end in self.problem.outer))
        constant = constant + np.bincount(coo.row[small], weights=worst[small], minlength=self.steps)
        keep = ~small
        kept = sp.csr_array((coo.data[keep], (coo.row[keep], coo.col[keep])), shape=steer.shape)
        return Cuts(kept, constant)

    @cached_property
    def _elastic(self) -> Problem:
        """The network alone, with priced slacks in every row that devices reach into."""
        p = self.problem
        touched = np.zeros(p.A.shape[0], dtype=np.bool_)
        coo = p.A.tocoo()
        touched[coo.row[~self.network[coo.col]]] = True
        rows = np.flatnonzero(touched & (self.row_period >= 0))
        k = rows.size
        slack = sp.csr_array((np.ones(k), (rows, np.arange(k))), shape=(p.A.shape[0], k))
        return replace(
            p,
            cost=_longer(np.where(self.network, p.cost, 0.0), PENALTY_USD, 2 * k),
            lower=_longer(p.lower, 0.0, 2 * k),
            upper=_longer(p.upper, np.inf, 2 * k),
            blur=_longer(p.blur, 0.0, 2 * k),
            integer=_longer(p.integer, 0, 2 * k),
            implied=_longer(p.implied, 0, 2 * k),
            period=_longer(p.period, 0, 2 * k),
            A=sp.csr_array(sp.hstack([p.A, slack, -slack], format="csr")),
            G=sp.csr_array(sp.hstack([p.G, sp.csr_array((p.G.shape[0], 2 * k))], format="csr")),
        )

    def elastic(self, x: Floats) -> Problem:
        """Return the network's problem with the devices held at x (n,); its multipliers make cuts of this projection."""
        held = self._elastic
        lower, upper = held.lower.copy(), held.upper.copy()
        lower[self.devices] = upper[self.devices] = x[self.devices]
        return replace(held, lower=lower, upper=upper)


def _longer(numbers: NDArray[Any], extra: float, count: int) -> NDArray[Any]:
    """Return the numbers with `count` more behind them."""
    return np.concatenate([numbers, np.full(count, extra, dtype=numbers.dtype)])


def _periods(matrix: sp.csr_array, period: Indices) -> Indices:
    """Return the step of the network columns in each row, -1 where there are none; one row spans one step."""
    owner = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    of = period[matrix.indices]
    found = np.full(matrix.shape[0], -1, dtype=np.int64)
    np.maximum.at(found, owner, of)
    if np.any((of >= 0) & (of != found[owner])):
        raise ValueError("a row of the network must stay within one step")
    return found
