"""The interval: below every policy, above nothing, replayed, and there whenever time runs out."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import tiny_grid as tiny

from gridbench.errors import InvalidInput, SolverError
from gridbench.oracle import Dispatch, solve
from gridbench.oracle.certify import certified
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.formulation import fixed_windows, formulate
from gridbench.plant.plant import Plant
from gridbench.scenario.scenario import Split


@pytest.fixture(scope="module")
def dispatch(scenario):
    return solve(scenario, "test", 0, time_limit_s=60.0, gap=1e-4)


def costs(scenario, asks):
    """Money of schedules (batch, steps, asks) in the plant."""
    plant = Plant(scenario, batch=len(asks))
    plant.reset([scenario.window("test", 0)] * len(asks))
    steps = [plant.step(asks[:, t]) for t in range(scenario.steps)]
    return sum(step.cost_usd for step in steps), np.array([step.blackout for step in steps]).any(axis=0)


def test_the_interval_is_narrow_and_ordered(dispatch):
    assert dispatch.bound_usd <= dispatch.witness_usd
    assert dispatch.gap < 0.02


def test_the_witness_is_what_the_plant_bills(scenario, dispatch):
    cost, dark = costs(scenario, dispatch.asks[None].astype(float))
    assert not dark[0]
    assert cost[0] == pytest.approx(dispatch.witness_usd, rel=1e-12)


def test_no_random_policy_is_below_the_bound(scenario, dispatch):
    rng, spans = np.random.default_rng(1), Plant(scenario).layout.ask_spans
    low, high = (np.array([span[k] for span in spans]) for k in (0, 1))
    wild = rng.uniform(low, high, (200, scenario.steps, len(spans)))
    near = dispatch.asks + rng.normal(0.0, 0.05, (200, scenario.steps, len(spans))) * (high - low)
    for asks in (wild, near):
        assert costs(scenario, asks)[0].min() >= dispatch.bound_usd


def test_enumeration_agrees():
    """Two steps, every commitment and every tap and bank: the least relaxed value lies in the interval."""
    small = tiny.scenario(2, positions=1, min_up=1, capacitors=1)
    series, values = small.window("test", 0), []
    for taps in itertools.product((-1.0, 0.0, 1.0), repeat=2):
        for bank in itertools.product((0.0, 1.0), repeat=2):
            p = formulate(small, series, fixed_windows(small, {"reg": np.array(taps), "bank": np.array(bank)})).problem
            for on in itertools.product((0.0, 1.0), repeat=2):
                solution = solve_conic(p.fixed(p.columns["gen.on"], np.array(on)), 60.0, tolerance=1e-7)
                values += [solution.money] if solution.feasible else []
    dispatch = solve(small, "test", 0, time_limit_s=30.0, gap=1e-4)
    assert dispatch.bound_usd <= min(values) + 1e-4
    assert dispatch.witness_usd >= min(values) * (1.0 - 1e-5)
    assert dispatch.gap < 0.01


def week():
    """The tiny grid over a week of hours, demand a little lower every day."""
    day = tiny.scenario(24)
    series = day.splits["test"].series[0]
    fade = np.repeat(1.0 - 0.05 * np.arange(7) / 7, 24)
    columns = {name: np.tile(column, 7) * fade for name, column in series.columns.items()}
    return replace(day, steps=168, splits={"test": Split("test", (replace(series, columns=columns),), (0,))})


@pytest.mark.parametrize("longer", [lambda: tiny.scenario(96), week], ids=["quarters of an hour", "a week"])
def test_fine_and_long_horizons_are_certified_too(longer):
    found = solve(longer(), "test", 0, time_limit_s=60.0, gap=5e-3, threads=1)
    assert found.status == "gap reached"
    assert found.bound_usd <= found.witness_usd


@pytest.mark.parametrize("limit_s", [0.0, 0.05, 0.5])
def test_the_time_limit_leaves_a_valid_interval(scenario, dispatch, limit_s):
    hasty = solve(scenario, "test", 0, time_limit_s=limit_s)
    assert hasty.bound_usd <= dispatch.witness_usd
    assert hasty.witness_usd >= dispatch.bound_usd
    assert hasty.seconds < limit_s + 2.0


def test_a_contradiction_is_an_error():
    with pytest.raises(SolverError, match="disagree"):
        certified(survive_usd=101.0, blackout_usd=500.0, witness_usd=100.0)


def test_json_brings_the_same_dispatch_back(dispatch, tmp_path):
    path = tmp_path / "day.json"
    dispatch.save(path)
    again = Dispatch.load(path)
    np.testing.assert_array_equal(again.asks, dispatch.asks)
    assert again.to_dict() == dispatch.to_dict()


def test_damaged_json_is_refused_with_all_faults(dispatch):
    plain = dispatch.to_dict()
    with pytest.raises(InvalidInput, match=r"(?s)2 fault.*unknown key 'extra'.*missing key 'day'"):
        Dispatch.from_dict({key: value for key, value in plain.items() if key != "day"} | {"extra": 1})
    with pytest.raises(InvalidInput, match=r"(?s)2 fault.*witness_usd.*asks"):
        Dispatch.from_dict(plain | {"witness_usd": "much", "asks": [[1.0], [1.0, 2.0]]})
