"""The lattice: the joint positions of taps and banks along a day, whole numbers with the price of every movement.

The balances between devices and network are priced (Lagrange), so that the network falls apart into steps. In each step the
network's money is bounded from below at every joint position by the multipliers of conic problems solved at a few of them; the
cheapest path through the lattice (Viterbi) tells at which positions to solve next (Kelley 1960). Its money is a bound at
every stage, whatever the solver does: see docs/formulation.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp

from gridbench.oracle.conic import solve_conic
from gridbench.oracle.formulation import fixed_windows, formulate
from gridbench.oracle.projection import Projection
from gridbench.oracle.recovery import cheapest_path, through
from gridbench.oracle.safe_bound import allowed_cones, allowed_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gridbench.oracle.affine import Floats, Indices
    from gridbench.oracle.formulation import Formulation
    from gridbench.oracle.integer import Clock
    from gridbench.oracle.problem import Problem
    from gridbench.oracle.taps import Tap, Windows

ROUNDS = 24
"""How many paths are tried at most."""
TOLERANCE = 1e-5
"""Tolerance of the conic problems: their multipliers are made safe."""
UNKNOWN_USD = -1e15
"""Bound of a position of which nothing is known yet."""
ROOM = 1e-9
"""Relative room for the roundings of a step's sums."""

Path = dict[str, "Floats"]
"""Positions by device, arrays (steps,)."""


class Found(NamedTuple):
    """Bound of network and movement at the prices (usd), what a unit of each device column costs (n,), and the cheapest path.

    `through_usd` is the same bound of paths through each joint position, an array a step. Minus infinity where nothing was
    solved.
    """

    bound_usd: float
    steer: Floats
    path: Path
    through_usd: list[Floats]


@dataclass(frozen=True, eq=False)
class _Product:
    """Where factor(position) * u stands in the network alone: row and columns of each step, and the range of u."""

    tap: Tap
    row: Indices
    scaled: Indices
    u: Indices
    u_low: Floats
    u_high: Floats
    root: float


class Lattice:
    """One day at one set of prices; `paths` are tried until the cheapest is known."""

    def __init__(
        self, formulation: Formulation, y: Floats, windows: Windows, threads: int, allowed: Sequence[NDArray[np.bool_]] | None
    ) -> None:
        """Price the balances by the row multipliers y of the formulation.

        `windows` bound the voltages at the regulators; `allowed` are the joint positions that may be, step by step.
        """
        scenario = formulation.scenario
        self._devices, self._threads, self._steps = scenario.stepped, threads, scenario.steps
        top = {d.name: np.full(scenario.steps, float(d.positions().hi)) for d in self._devices}
        self._form = formulate(scenario, formulation.series, fixed_windows(scenario, top), known=formulation.known)
        whole = _unplaced(self._form)
        split = Projection(whole, self._steps)
        rows = balances(whole, split, self._form)
        prices = np.zeros(whole.A.shape[0])
        given = formulation.problem
        prices[rows] = allowed_rows(given, y)[balances(given, Projection(given, self._steps), formulation)]
        self._network = _alone(whole, split, rows, prices)
        side = np.where(prices > 0.0, whole.row_upper, np.where(prices < 0.0, whole.row_lower, 0.0))
        own = np.where(split.network, 0.0, whole.A.T @ prices)
        self._steer, self._paid = own, -np.bincount(split.row_period[rows], weights=(prices * side)[rows], minlength=self._steps)
        self._split = Projection(self._network, self._steps)
        self._products = [self._product(split, name, windows) for name in (d.name for d in self._devices)]
        self._least = [np.full(self._shape, UNKNOWN_USD) for _ in range(self._steps)]
        for least, may in zip(self._least, allowed or (), strict=False):
            least[~may] = np.inf

    @cached_property
    def _axes(self) -> list[Floats]:
        return [self._form.taps[d.name].positions for d in self._devices]

    @property
    def _shape(self) -> tuple[int, ...]:
        return tuple(axis.size for axis in self._axes)

    def search(self, path: Path, clock: Clock, gap_usd: float) -> Found:
        """Try a path, then the cheapest ones, until the bound is within `gap_usd` of the last one's money or the time is up."""
        bound = -np.inf
        for _ in range(ROUNDS):
            if clock.left_s <= 0.0:
                break
            money = self._learn(path, clock)
            if money == np.inf:
                break
            bound, path = self._cheapest()
            if money - bound <= gap_usd:
                break
        return Found(bound, self._steer, path, through(self._least, self._axes, *self._moves))

    def _product(self, split: Projection, name: str, windows: Windows) -> _Product:
        tap, window = self._form.taps[name], windows.get(name)
        place = np.full(split.problem.n, -1, dtype=np.int64)
        place[np.flatnonzero(split.network)] = np.arange(self._network.n)
        scaled = place[tap.scaled.col[np.argsort(tap.scaled.row)]]
        u = place[tap.u.col[np.argsort(tap.u.row)]] if tap.u.col.size else np.zeros(0, dtype=np.int64)
        by_column = sp.csc_array(self._network.A)
        row = np.array([by_column.indices[by_column.indptr[c] : by_column.indptr[c + 1]].min() for c in scaled], dtype=np.int64)
        low, high = (end[u] if u.size else np.zeros(0) for end in self._network.outer)
        if window is not None and u.size:
            low, high = np.maximum(low, window.u_low), np.minimum(high, window.u_high)
        root = float(tap.u.constant.flat[0]) if not u.size else 0.0
        return _Product(tap, row, scaled, u, low, high, root)

    def _at(self, path: Path) -> Problem:
        """Return the network alone with the positions of a path."""
        A, low, high = self._network.A.copy(), self._network.row_lower.copy(), self._network.row_upper.copy()
        lower, upper = self._network.lower.copy(), self._network.upper.copy()
        for device, product in zip(self._devices, self._products, strict=True):
            factor = np.interp(path[device.name], product.tap.positions, product.tap.factors)
            if product.u.size:
                for row, column, number in zip(product.row, product.u, factor, strict=True):
                    begin, end = A.indptr[row], A.indptr[row + 1]
                    A.data[begin + int(np.flatnonzero(A.indices[begin:end] == column)[0])] = -number
                lower[product.u], upper[product.u] = product.u_low, product.u_high
            else:
                low[product.row] = high[product.row] = factor * product.root
        return replace(self._network, A=A, row_lower=low, row_upper=high, lower=lower, upper=upper)

    def _learn(self, path: Path, clock: Clock) -> float:
        """Solve at a path, raise the bounds of all positions by its multipliers, and return its money with the movement."""
        problem = self._at(path)
        solution = solve_conic(problem, clock.left_s, self._threads, TOLERANCE)
        if not solution.usable:
            return np.inf
        split = self._split.over(problem)
        y, w = allowed_rows(problem, solution.y), allowed_cones(problem, solution.w)
        value = split.cuts(y, w).constant + self._paid
        value = value - ROOM * (1.0 + np.abs(value) + np.abs(self._paid))
        gradient = problem.cost + problem.A.T @ y - problem.G.T @ w
        for t in range(self._steps):
            bound = np.full(self._shape, value[t])
            for axis, (device, product) in enumerate(zip(self._devices, self._products, strict=True)):
                shape = [-1 if k == axis else 1 for k in range(len(self._shape))]
                bound = bound + _moved(product, float(path[device.name][t]), t, y, gradient).reshape(shape)
            np.maximum(self._least[t], bound, out=self._least[t])
        return float(value.sum()) + self._movement(path)

    def _movement(self, path: Path) -> float:
        """Return what the movements of a path cost."""
        first, move_usd = self._moves
        along = np.vstack([first, np.column_stack([path[d.name] for d in self._devices])])
        return float((np.abs(np.diff(along, axis=0)) @ move_usd).sum())

    @cached_property
    def _moves(self) -> tuple[Floats, Floats]:
        first = np.array([float(d.initial_position()) for d in self._devices])
        return first, np.array([d.move_usd() for d in self._devices])

    def _cheapest(self) -> tuple[float, Path]:
        money, path = cheapest_path(self._least, self._axes, *self._moves)
        return money, {device.name: path[:, k] for k, device in enumerate(self._devices)}


def balances(problem: Problem, split: Projection, formulation: Formulation) -> Indices:
    """Return the rows between devices and network, in order; rows of positions, which only hulls have, are none of them."""
    positions = np.zeros(problem.n, dtype=np.bool_)
    for device in formulation.scenario.stepped:
        positions[problem.columns[f"{device.name}.position"]] = True
    coo = problem.A.tocoo()
    touched, hull = np.zeros((2, problem.A.shape[0]), dtype=np.bool_)
    touched[coo.row[~split.network[coo.col]]] = True
    hull[coo.row[positions[coo.col]]] = True
    return np.flatnonzero(touched & ~hull & (split.row_period >= 0))


def _unplaced(formulation: Formulation) -> Problem:
    """Return the problem without the boxes that its positions gave: behind a regulator at the root they tell the voltage."""
    problem = formulation.problem
    lower, upper = problem.lower.copy(), problem.upper.copy()
    for tap in formulation.taps.values():
        lower[tap.scaled.col], upper[tap.scaled.col] = (end[tap.scaled.col] for end in problem.stated)
    return replace(problem, lower=lower, upper=upper)


def _alone(problem: Problem, split: Projection, rows: Indices, prices: Floats) -> Problem:
    """Return the network's columns with the rows that are theirs alone, the priced balances in the cost."""
    coo = problem.A.tocoo()
    theirs = split.row_period >= 0
    theirs[coo.row[~split.network[coo.col]]] = False
    priced = replace(problem, cost=problem.cost + problem.A[rows].T @ prices[rows])
    cones = np.flatnonzero(split.cone_period[problem.cone_starts] >= 0)
    return priced.part(np.flatnonzero(split.network), np.flatnonzero(theirs), cones)


def _moved(product: _Product, position: float, t: int, y: Floats, gradient: Floats) -> Floats:
    """Return by how much the bound of step t changes at each position, from the one it was solved at.

    The multipliers stay; the gradient of u changes with the factor, and is minimised over the range of u anew.
    """
    tap = product.tap
    change = tap.factors - np.interp(position, tap.positions, tap.factors)
    if not product.u.size:
        return np.asarray(-y[product.row[t]] * product.root * change)
    left = gradient[product.u[t]]
    moved = left - y[product.row[t]] * change
    low, high = product.u_low[t], product.u_high[t]
    return np.asarray(np.minimum(moved * low, moved * high) - min(left * low, left * high))
