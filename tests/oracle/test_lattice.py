"""Positions as whole numbers: the bound is below every path, and meets the cheapest."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import tiny_grid as tiny
from hypothesis import given
from hypothesis import strategies as st

from gridbench.errors import InvalidInput
from gridbench.oracle import solve
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.formulation import fixed_windows, formulate
from gridbench.oracle.integer import Clock
from gridbench.oracle.lattice import Lattice
from gridbench.oracle.modes import binaries
from gridbench.oracle.recovery import cheapest_path, through

STEPS = 3


@pytest.fixture(scope="module")
def small():
    return tiny.scenario(STEPS, positions=1, min_up=1, capacitors=1)


@pytest.fixture(scope="module")
def enumerated(small):
    """The relaxed money of every joint path, gates open."""
    series, found = small.window("test", 0), {}
    for taps in itertools.product((-1.0, 0.0, 1.0), repeat=STEPS):
        for bank in itertools.product((0.0, 1.0), repeat=STEPS):
            path = {"reg": np.array(taps), "bank": np.array(bank)}
            problem = formulate(small, series, fixed_windows(small, path)).problem
            solution = solve_conic(problem, 60.0, tolerance=1e-7)
            found[taps, bank] = solution.money if solution.feasible else np.inf
    return found


def searched(formulation, y, path):
    return Lattice(formulation, y, {}, 1, None).search(path, Clock(60.0), 1e-6)


def devices_least(formulation, steer):
    """The least money of the devices at the prices, movements left out, by the conic solver."""
    problem, cost = formulation.problem, formulation.problem.cost + steer
    network = problem.period >= 0
    for device in (*formulation.scenario.regulators, *formulation.scenario.banks):
        for way in ("raised", "lowered"):
            cost[problem.columns[f"{device.name}.{way}"]] = 0.0
    rows = np.bincount(problem.A.tocoo().row[network[problem.A.tocoo().col]], minlength=problem.A.shape[0]) == 0
    starts = np.cumsum(problem.cone_sizes) - problem.cone_sizes
    inside = np.add.reduceat(np.asarray(abs(problem.G)[:, np.flatnonzero(network)].sum(axis=1)).ravel(), starts) == 0
    members = np.repeat(inside, problem.cone_sizes)
    own = replace(
        problem, cost=np.where(network, 0.0, cost), A=problem.A[rows], row_lower=problem.row_lower[rows],
        row_upper=problem.row_upper[rows], G=problem.G[members], h=problem.h[members], cone_sizes=problem.cone_sizes[inside],
        gates=problem.gates[inside], lower=np.where(network, 0.0, problem.lower), upper=np.where(network, 0.0, problem.upper),
    )  # fmt: skip
    return solve_conic(own, 60.0).money


def test_the_bound_meets_the_cheapest_path_at_its_own_prices(small, enumerated):
    (taps, bank), best = min(enumerated.items(), key=lambda item: item[1])
    path = {"reg": np.array(taps), "bank": np.array(bank)}
    formulation = formulate(small, small.window("test", 0), fixed_windows(small, path))
    root = solve_conic(formulation.problem, 60.0)
    found = searched(formulation, root.y, path)
    money = devices_least(formulation, found.steer) + found.bound_usd
    assert money <= best + 1e-6 * best
    assert money >= best - 1e-3 * best


@given(scale=st.floats(0.5, 1.5), shift=st.floats(-5.0, 5.0))
def test_at_any_prices_it_is_below_every_path(small, enumerated, scale, shift):
    formulation = formulate(small, small.window("test", 0))
    root = solve_conic(formulation.problem, 60.0)
    found = searched(formulation, root.y * scale + shift, {"reg": np.zeros(STEPS), "bank": np.zeros(STEPS)})
    assert devices_least(formulation, found.steer) + found.bound_usd <= min(enumerated.values()) * (1.0 + 1e-6)


def test_no_path_through_a_position_is_cheaper_than_told(small, enumerated):
    formulation = formulate(small, small.window("test", 0))
    root = solve_conic(formulation.problem, 60.0)
    found = searched(formulation, root.y, {"reg": np.zeros(STEPS), "bank": np.zeros(STEPS)})
    devices = devices_least(formulation, found.steer)
    for (taps, bank), money in enumerated.items():
        for t in range(STEPS):
            assert devices + found.through_usd[t][int(taps[t]) + 1, int(bank[t])] <= money * (1.0 + 1e-6)


@pytest.mark.slow
def test_the_interval_holds_the_enumerated_optimum(small, enumerated):
    dispatch = solve(small, "test", 0, time_limit_s=60.0, gap=1e-5)
    formulation = formulate(small, small.window("test", 0))
    optimum = np.inf
    for (taps, bank), money in enumerated.items():
        if money < dispatch.witness_usd * (1.0 + 1e-6):  # with the gates open it is no dearer
            path = {"reg": np.array(taps), "bank": np.array(bank)}
            p = formulate(small, formulation.series, fixed_windows(small, path)).problem
            for on in itertools.product((0.0, 1.0), repeat=STEPS):
                held = solve_conic(p.fixed(p.columns["gen.on"], np.array(on)), 60.0, tolerance=1e-7)
                optimum = min(optimum, held.money if held.feasible else np.inf)
    assert dispatch.bound_usd <= optimum * (1.0 + 1e-6)
    assert optimum <= dispatch.witness_usd * (1.0 + 1e-6)
    assert dispatch.gap < 1e-3
    assert binaries(formulation).size == STEPS


def test_a_regulator_at_the_root_is_bounded_at_every_position():
    """The voltage above it is known, and so is the one behind it once its position is: no position's may stick to the others."""
    rooted = tiny.scenario(2, positions=2, min_up=1, capacitors=1)
    moved = {"reg": {"branch": "l0", "step_pu": 0.03}, "bank": {"bus": "b0"}}
    rooted = replace(rooted, devices=tuple(replace(d, **moved.get(d.name, {})) for d in rooted.devices))
    formulation = formulate(rooted, rooted.window("test", 0))
    root = solve_conic(formulation.problem, 60.0)
    found = Lattice(formulation, root.y, {}, 1, None).search({"reg": np.zeros(2), "bank": np.zeros(2)}, Clock(60.0), 1e-6)
    devices = devices_least(formulation, found.steer)
    for taps in itertools.product((-2.0, 0.0, 2.0), repeat=2):
        path = {"reg": np.array(taps), "bank": np.ones(2)}
        money = solve_conic(formulate(rooted, formulation.series, fixed_windows(rooted, path)).problem, 60.0).money
        for t in range(2):
            assert devices + found.through_usd[t][int(taps[t]) + 2, 1] <= money * (1.0 + 1e-6)


def test_two_regulators_in_one_branch_are_refused(small):
    """A scenario file may not say so; one made by hand is not checked."""
    doubled = replace(small, devices=(*small.devices, replace(small.regulators[0], name="again")))
    with pytest.raises(InvalidInput, match="branch 'l1' has another regulator too"):
        formulate(doubled, doubled.window("test", 0))


@given(st.integers(0, 10**6))
def test_paths_on_the_lattice_are_the_cheapest(seed):
    rng = np.random.default_rng(seed)
    axes, first, price = [np.arange(3.0) - 1.0, np.arange(2.0)], np.array([0.0, 1.0]), rng.uniform(0.0, 1.0, 2)
    money = [rng.uniform(0.0, 3.0, (3, 2)) for _ in range(3)]
    each = {}
    for cells in itertools.product(itertools.product(range(3), range(2)), repeat=3):
        path = np.array([[axes[0][i], axes[1][j]] for i, j in cells])
        moved = np.abs(np.diff(np.vstack([first, path]), axis=0)) @ price
        each[cells] = sum(money[t][cell] for t, cell in enumerate(cells)) + moved.sum()
    least, path = cheapest_path(money, axes, first, price)
    assert least == pytest.approx(min(each.values()))
    assert each[tuple((int(i) + 1, int(j)) for i, j in path)] == pytest.approx(least)
    for t, table in enumerate(through(money, axes, first, price)):
        for cell in itertools.product(range(3), range(2)):
            assert table[cell] == pytest.approx(min(usd for cells, usd in each.items() if cells[t] == cell))
