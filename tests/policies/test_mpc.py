"""Model predictive control: what it expects, what it may know, and how near the best it lands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from mixed_grid import mixed

from gridbench.bench.episode import play
from gridbench.bench.intervals import published
from gridbench.bench.world import World
from gridbench.errors import InvalidInput, UnknownName
from gridbench.oracle import solve
from gridbench.policies import make_policy
from gridbench.policies.mpc import Mpc, StochasticMpc
from gridbench.policies.outlook import OUTLOOKS, Analogs, forecast, perfect, persistence
from gridbench.scenario.series.columns import FORECAST


@pytest.fixture(scope="module")
def world(scenario):
    return World(scenario)


def test_up_to_now_every_outlook_is_what_was(scenario):
    columns = scenario.window("test", 12)
    for outlook in OUTLOOKS.values():
        for t in (0, 7, 23):
            for name in scenario.columns:
                np.testing.assert_array_equal(outlook(columns, t)[name][: t + 1], columns[name][: t + 1])


def test_after_now_each_outlook_is_what_it_says(scenario):
    columns, t = scenario.window("test", 12), 9
    foreseen = [name for name in scenario.columns if FORECAST + name in columns]
    assert foreseen
    for name in scenario.columns:
        later = {outlook: OUTLOOKS[outlook](columns, t)[name][t + 1 :] for outlook in OUTLOOKS}
        np.testing.assert_array_equal(later["perfect"], columns[name][t + 1 :])
        expected = columns[FORECAST + name][t + 1 :] if name in foreseen else columns[name][t + 1 :]
        np.testing.assert_array_equal(later["forecast"], expected)
        assert name not in foreseen or np.all(later["persistence"] == columns[name][t])
    np.testing.assert_array_equal(persistence(columns, t)[scenario.tie.price], columns[scenario.tie.price])


def test_no_outlook_but_the_perfect_one_reads_what_is_to_come(scenario):
    columns, t = scenario.window("test", 12), 9
    other = dict(columns)
    for name in scenario.columns:
        if FORECAST + name in columns:
            other[name] = np.concatenate([columns[name][: t + 1], np.zeros(scenario.steps - t - 1)])
    analogs = Analogs(scenario, "validation", 3)
    for outlook in (forecast, persistence, lambda c, t: analogs.draw(c, t)[2]):
        one, two = outlook(columns, t), outlook(other, t)
        assert all(np.array_equal(one[name], two[name]) for name in scenario.columns)
    assert any(not np.array_equal(perfect(columns, t)[name], perfect(other, t)[name]) for name in scenario.columns)


def test_a_day_is_its_own_nearest_analog(scenario):
    analogs = Analogs(scenario, "validation", 4)
    columns = scenario.window("validation", 33)
    found = analogs.draw(columns, 3)
    assert len(found) == 4
    for name in scenario.columns:
        np.testing.assert_allclose(found[0][name], columns[name], atol=1e-9)
        assert all(one[name].min() >= min(0.0, columns[name].min()) for one in found)
    assert any(not np.allclose(found[0][name], found[1][name]) for name in scenario.columns)


def test_they_say_what_they_know(scenario):
    known = {"mpc": "forecast", "mpc_perfect": "foresight", "mpc_persistence": "full", "stochastic_mpc": "forecast"}
    for name, information in known.items():
        policy = make_policy(name, scenario)
        assert (policy.name, policy.information, policy.kind) == (name, information, "mpc")


def test_bad_options_are_refused(scenario):
    with pytest.raises(UnknownName, match="did you mean 'perfect'"):
        Mpc(scenario, forecast="perfekt")
    with pytest.raises(InvalidInput, match="horizon must be at least 1 step"):
        Mpc(scenario, horizon=0)
    with pytest.raises(InvalidInput, match="samples must be at least 1"):
        StochasticMpc(scenario, samples=0)
    with pytest.raises(UnknownName, match="split"):
        StochasticMpc(scenario, split="trian")


def test_it_asks_for_a_reset_and_for_one_day_at_a_time(scenario, world):
    policy = make_policy("mpc", scenario)
    columns = scenario.window("test", 12)
    seen = world.reset([columns])
    with pytest.raises(InvalidInput, match="call reset"):
        policy.act(seen)
    policy.reset(scenario, columns, 0)
    with pytest.raises(InvalidInput, match="one at a time"):
        policy.act({agent: np.repeat(one, 2, axis=0) for agent, one in seen.items()})
    with pytest.raises(InvalidInput, match="with other files"):
        policy.reset(replace(scenario, digest="sha256:" + "0" * 64), columns, 0)


FORECASTING = [pytest.param(name, 0.02, marks=pytest.mark.slow) for name in ("mpc", "stochastic_mpc")]


@pytest.mark.parametrize(("name", "regret"), [("mpc_perfect", 0.01), *FORECASTING])
def test_a_day_lands_near_the_witness(scenario, world, name, regret):
    interval = published(scenario, "test")[12]
    episode = play(world, make_policy(name, scenario), "test", 12, 0)
    cost = float(episode.trajectory.cost_usd.sum())
    assert interval.bound_usd <= cost <= (1.0 + regret) * interval.witness_usd


def test_outages_are_expected_to_last_and_never_known_ahead():
    scenario, t = mixed(), 16
    columns = scenario.window("test", 1)
    for outlook in (forecast, persistence):
        told = outlook(columns, t)["connected_gen"]
        np.testing.assert_array_equal(told[: t + 1], columns["connected_gen"][: t + 1])
        assert np.all(told[t:] == 1.0)
        assert np.all(outlook(columns, 17)["connected_gen"][17:] == 0.0)
    for sample in Analogs(scenario, "train", 2).draw(columns, t):
        assert np.all(sample["connected_gen"][t:] == 1.0)
    np.testing.assert_array_equal(perfect(columns, t)["connected_gen"], columns["connected_gen"])


@pytest.mark.parametrize("name", ["mpc_perfect", "mpc", "stochastic_mpc"])
def test_cars_flexible_loads_and_outages_are_planned_for(name):
    scenario = mixed(8)
    played = {one: play(World(scenario), make_policy(one, scenario), "test", 1, 0).trajectory for one in (name, "idle")}
    cost = {one: trajectory.cost_usd.sum() for one, trajectory in played.items()}
    bound = solve(scenario, "test", 1, time_limit_s=20.0, threads=1).bound_usd
    assert bound <= cost[name] < cost["idle"]
    assert name != "mpc_perfect" or cost[name] == pytest.approx(bound, rel=2e-3)
