"""The least cost of a small day by trying all of its integers: a certified interval that owes nothing to the pipeline.

With all integers fixed the conic problem bounds what is left from below, and the plant's replay of its schedule from above.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from gridbench.oracle import solve
from gridbench.oracle.certify import Replay, asks_of
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.formulation import fixed_windows, formulate
from gridbench.oracle.modes import loss_usd_per_pu2, paid_usd_per_mwh
from gridbench.oracle.taps import positions_of
from gridbench.plant.plant import Plant

CLOSED = 1e-5
"""An interval this narrow is a point: the enumerated optimum."""
LEAKS = (0.0, 1e-4, 1e-2, 1.0)
"""Prices of a squared current (usd per pu^2) with which schedules are made: they keep cones tight where that is free."""
ROOM = 1e-6
"""Relative room of all comparisons."""
BATCH, ROUNDS = 200, 30
"""How many schedules the local search tries at a time, and how often."""


@dataclass(frozen=True, eq=False)
class Optimum:
    """low_usd <= the least cost of a day <= high_usd, that of `asks` (steps, asks)."""

    low_usd: float
    high_usd: float
    asks: np.ndarray

    @property
    def closed(self):
        """Whether the interval is a point."""
        return self.high_usd - self.low_usd <= CLOSED * size(self.high_usd)


def size(usd):
    """What tolerances are relative to: money, one usd at the least."""
    return max(abs(usd), 1.0)


def enumerated(scenario) -> Optimum:
    """Try all integers of day 0: gates and positions with the modes open first, then the modes of those that may be best."""
    replay, best = Replay(scenario, scenario.window("test", 0)), Optimum(np.inf, np.inf, np.zeros(0))
    opened = []
    for form in _along_all_positions(scenario):
        for gates in itertools.product((0.0, 1.0), repeat=_columns(form, form.gates()).size):
            problem = form.problem.fixed(_columns(form, form.gates()), np.array(gates))
            solution = _solved(problem)
            if solution is not None:
                opened.append((solution.money, len(opened), form, problem))
    lows = []
    for money, _, form, problem in sorted(opened, key=lambda one: one[:2]):
        if money > best.high_usd:
            break
        for held in _along_all_modes(form, problem):
            solution = _solved(held)
            if solution is not None and solution.money <= best.high_usd:
                lows.append(solution.money)
                best = _cheaper(best, form, replay, held)
    return searched(scenario, replace(best, low_usd=min(lows)))


def _along_all_positions(scenario):
    """Yield the day's formulation for each joint path of the positions."""
    numbers = (positions_of(d.positions()) for d in scenario.stepped)
    paths = [[np.array(path) for path in itertools.product(one, repeat=scenario.steps)] for one in numbers]
    for joint in itertools.product(*paths):
        windows = fixed_windows(scenario, dict(zip((d.name for d in scenario.stepped), joint, strict=True)))
        yield formulate(scenario, scenario.window("test", 0), windows)


def _along_all_modes(form, problem):
    """Yield the problem for all modes; a tie's matters only in steps whose price is negative: else nothing pays for both ways."""
    paid = paid_usd_per_mwh(form.scenario, form.series) > 0.0
    names = [name for name in form.problem.columns if name.endswith((".charging", ".importing"))]
    cols = np.concatenate([form.problem.columns[name][paid | name.endswith("charging")] for name in names])
    for modes in itertools.product((0.0, 1.0), repeat=cols.size):
        yield problem.fixed(cols, np.array(modes))


def _columns(form, names):
    return np.concatenate([np.zeros(0, dtype=np.int64), *(form.problem.columns[name].ravel() for name in names)])


def _solved(problem):
    solution = solve_conic(problem, 60.0, tolerance=1e-9)
    return solution if solution.feasible else None


def _cheaper(best, form, replay, problem):
    """Return the better of the best so far and the replayed schedules of a problem."""
    for leak in LEAKS:
        cost = problem.cost.copy()
        cost[problem.columns["l"]] += leak + (loss_usd_per_pu2(form.scenario, form.series) if leak else 0.0)
        solution = _solved(replace(problem, cost=cost))
        if solution is not None:
            asks = asks_of(form, solution.x)
            usd = replay.cost_usd(asks)
            best = Optimum(best.low_usd, usd, asks) if usd < best.high_usd else best
            if usd <= problem.value(solution.x) + CLOSED * size(usd):
                break
    return best


def searched(scenario, best: Optimum) -> Optimum:
    """Return the optimum with its upper end lowered by a local search in the plant, where it is not a point yet."""
    plant, series = Plant(scenario, BATCH), scenario.window("test", 0)
    low, high = (np.array([span[k] for span in plant.layout.ask_spans]) for k in (0, 1))
    rng, radius = np.random.default_rng(7), 0.3
    for _ in range(ROUNDS):
        if best.closed:
            break
        tried = mutated(rng, best.asks, (low, high), radius, BATCH)
        usd = costs(plant, series, tried)
        if usd.min() < best.high_usd:
            best = replace(best, high_usd=float(usd.min()), asks=tried[:, usd.argmin()])
        else:
            radius *= 0.6
    return best


def mutated(rng, asks, spans, radius, count):
    """Return sequences of asks (steps, count, asks): some asks of one sequence moved by up to a share of their spans."""
    low, high = spans
    shape = asks.shape[0], count, low.size
    touched = rng.random(shape) < rng.choice([0.1, 0.3, 0.8], (1, count, 1))
    return np.clip(asks[:, None, :] + np.where(touched, rng.uniform(-radius, radius, shape), 0.0) * (high - low), low, high)


def costs(plant, series, sequences):
    """Return the cost of day 0 (count,) for sequences of asks (steps, count, asks)."""
    plant.reset([series] * sequences.shape[1])
    return sum(plant.step(asks).cost_usd for asks in sequences)


def agrees(scenario, seed):
    """Assert that interval and enumeration of day 0 agree and that no policy is cheaper; return whether the latter is a point."""
    optimum, dispatch = enumerated(scenario), solve(scenario, "test", 0, time_limit_s=2.0, gap=1e-4, threads=1)
    room = ROOM * size(optimum.high_usd)
    case = f"seed {seed}: [{dispatch.bound_usd}, {dispatch.witness_usd}] against [{optimum.low_usd}, {optimum.high_usd}]"
    assert dispatch.bound_usd <= optimum.high_usd + room, case  # a schedule that was replayed: no bound may exceed it
    assert optimum.low_usd <= dispatch.witness_usd + room, case
    assert cheapest_policy(scenario, seed, (dispatch.asks.astype(float), optimum.asks)) >= dispatch.bound_usd, case
    return optimum.closed


def cheapest_policy(scenario, seed, schedules):
    """Return the least cost of policies at random: anything at all, and ever closer to the best schedules known."""
    plant, rng = Plant(scenario, BATCH), np.random.default_rng(seed)
    spans = [np.array([span[k] for span in plant.layout.ask_spans]) for k in (0, 1)]
    tried = [rng.uniform(*spans, (scenario.steps, BATCH, spans[0].size))]
    tried += [mutated(rng, asks, spans, radius, BATCH) for asks in schedules for radius in (0.3, 0.03, 0.003)]
    return min(costs(plant, scenario.window("test", 0), asks).min() for asks in tried)
