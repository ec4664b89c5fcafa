"""The rolling horizon: the rest of a day from its states, later steps by cuts, several outlooks with one decision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridbench.oracle import solve
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.formulation import fixed_windows, formulate
from gridbench.oracle.horizon import Horizon, Rolling, first_controls
from gridbench.oracle.multipliers import Multipliers
from gridbench.oracle.near import jointly, nearby
from gridbench.oracle.projection import Projection
from gridbench.plant.plant import Plant


@pytest.fixture(scope="module")
def dispatch(scenario):
    return solve(scenario, "test", 0, time_limit_s=20.0, gap=1e-4, threads=1)


@pytest.fixture(scope="module")
def fixed(scenario):
    """A formulation with positions and gates at rest."""
    path = {d.name: np.full(scenario.steps, float(d.initial_position())) for d in scenario.stepped}
    return formulate(scenario, scenario.window("test", 0), fixed_windows(scenario, path))


def named_states(plant):
    """Return the states of a plant by device and name."""
    found = {device.name: {} for device in plant.scenario.devices}
    for name, number in zip(plant.layout.states, plant.states[0], strict=True):
        device, _, state = name.rpartition(".")
        found[device][state] = float(number)
    return found


def rest_of(scenario, t):
    columns = scenario.window("test", 0)
    rest = replace(scenario, steps=scenario.steps - t)
    return rest, {name: columns[name][t:] for name in scenario.columns}


@pytest.mark.parametrize("t", [1, 3, 5])
def test_the_rest_of_a_day_costs_no_more_than_what_the_plant_did_in_it(scenario, dispatch, t):
    plant = Plant(scenario, 1)
    plant.reset([scenario.window("test", 0)])
    money, start = [], None
    for step, asks in enumerate(dispatch.asks):
        start = named_states(plant) if step == t else start
        money.append(float(plant.step(asks[None].astype(np.float64)).cost_usd[0]))
    rest, series = rest_of(scenario, t)
    relaxed = solve_conic(formulate(rest, series, start=start).problem, 30.0)
    assert relaxed.feasible
    assert relaxed.money <= sum(money[t:]) * (1.0 + 1e-6)
    assert relaxed.money >= 0.85 * sum(money[t:])


def test_with_all_steps_near_nothing_is_left_out(fixed):
    problem, steps = fixed.problem, fixed.scenario.steps
    solution = solve_conic(problem, 30.0)
    near, cols = nearby(problem, steps, steps, (solution.y, solution.w))
    assert solve_conic(near, 30.0).money == pytest.approx(solution.money, rel=1e-6)
    np.testing.assert_array_equal(cols, np.arange(problem.n))


@pytest.mark.parametrize("near", [1, 2, 4])
def test_later_steps_by_cuts_never_cost_more_and_cost_the_same_at_the_best_multipliers(fixed, near):
    problem, steps = fixed.problem, fixed.scenario.steps
    best = solve_conic(problem, 30.0)
    tight = solve_conic(nearby(problem, steps, near, (best.y, best.w))[0], 30.0)
    assert tight.money == pytest.approx(best.money, rel=1e-5)
    rng = np.random.default_rng(near)
    for _ in range(5):
        y, w = (part * rng.uniform(0.5, 1.5, part.size) for part in (best.y, best.w))
        assert solve_conic(nearby(problem, steps, near, (y, w))[0], 30.0).money <= best.money * (1.0 + 1e-6)


def test_multipliers_find_their_rows_again_when_the_day_is_shorter(scenario, fixed):
    problem, steps = fixed.problem, scenario.steps
    solution = solve_conic(problem, 30.0)
    kept = Multipliers.of(problem, steps, solution)
    whole = Projection(problem, steps).cuts(*kept.over(problem, steps, 0))
    np.testing.assert_allclose(whole.constant, Projection(problem, steps).cuts(solution.y, solution.w).constant, rtol=1e-9)
    rest, series = rest_of(scenario, 2)
    path = {d.name: np.full(rest.steps, float(d.initial_position())) for d in scenario.stepped}
    later = formulate(rest, series, fixed_windows(rest, path)).problem
    cuts = Projection(later, rest.steps).cuts(*kept.over(later, rest.steps, 2))
    np.testing.assert_allclose(cuts.constant, whole.constant[2:], rtol=1e-9)


def test_several_outlooks_that_are_one_decide_as_one(fixed):
    problem, steps = fixed.problem, fixed.scenario.steps
    solution = solve_conic(problem, 30.0)
    part, cols = nearby(problem, steps, 2, (solution.y, solution.w))
    shared = np.flatnonzero(np.isin(cols, first_controls(fixed)))
    alone, three = solve_conic(part, 30.0), solve_conic(jointly([part] * 3, shared), 30.0)
    assert three.money == pytest.approx(alone.money, rel=1e-6)
    apart = three.x.reshape(3, -1)[:, shared]
    np.testing.assert_allclose(apart, apart[:1].repeat(3, axis=0), atol=1e-5)


def test_one_decision_for_unlike_outlooks_costs_at_least_the_mean_of_their_own_best(scenario, fixed):
    steps = scenario.steps
    columns = scenario.window("test", 0)
    darker = dict(columns) | {"pv_a": 0.3 * columns["pv_a"]}
    solution = solve_conic(fixed.problem, 30.0)
    problems = [formulate(scenario, series, fixed.windows).problem for series in (columns, darker)]
    parts = [nearby(problem, steps, 2, (solution.y, solution.w))[0] for problem in problems]
    cols = nearby(fixed.problem, steps, 2, (solution.y, solution.w))[1]
    shared = np.flatnonzero(np.isin(cols, first_controls(fixed)))
    own = np.mean([solve_conic(part, 30.0).money for part in parts])
    assert solve_conic(jointly(parts, shared), 30.0).money >= own * (1.0 - 1e-6)


def roll(scenario, rolling, outlook=None):
    """Return the asks and the money of a day decided step by step."""
    columns = scenario.window("test", 0)
    plant, horizon = Plant(scenario, 1), Horizon(scenario, rolling)
    plant.reset([columns])
    asks, money = [], 0.0
    for t in range(scenario.steps):
        asks.append(horizon.decide(t, named_states(plant), [columns] if outlook is None else outlook(columns)))
        money += float(plant.step(asks[-1][None].astype(np.float64)).cost_usd[0])
    return np.array(asks), money


def test_what_is_known_is_played_nearly_as_well_as_the_witness(scenario, dispatch):
    _, money = roll(scenario, Rolling(plan_every=2))
    assert dispatch.bound_usd <= money <= 1.01 * dispatch.witness_usd


def test_the_same_day_gives_the_same_bytes(scenario):
    first, second = (roll(scenario, Rolling(plan_every=3))[0] for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_a_short_horizon_decides_too(scenario, dispatch):
    _, money = roll(scenario, Rolling(steps=2))
    assert dispatch.bound_usd <= money < np.inf


def test_a_plan_that_became_impossible_is_made_anew(scenario):
    columns = scenario.window("test", 0)
    horizon, plant = Horizon(scenario, Rolling(plan_every=10)), Plant(scenario, 1)
    start = named_states(plant)
    horizon.decide(0, start, [columns])
    planned = horizon.plan
    on = {"on": 1.0, "p_mw": 0.3, "started_1": 1.0, "stopped_1": 0.0}  # another one has started the unit: it must stay on
    horizon.plan = replace(planned, gates={"gen.on": np.zeros(scenario.steps)})
    asks = horizon.decide(1, start | {"gen": on}, [columns])
    assert horizon.plan.t == 1
    assert asks[plant.layout.asks.index("gen.on")] == 1.0
