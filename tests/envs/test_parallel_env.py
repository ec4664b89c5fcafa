"""The PettingZoo face passes PettingZoo's own tests."""

from __future__ import annotations

import numpy as np
import pytest
from pettingzoo.test import parallel_api_test, parallel_seed_test

from gridbench.bench.metrics import measure
from gridbench.bench.world import World
from gridbench.envs.microgrids import parallel_env
from gridbench.errors import InvalidInput, UnknownName


@pytest.fixture
def env(scenario):
    return parallel_env(scenario, seed=0)


def rest(env):
    return {agent: np.zeros(env.action_space(agent).shape, np.float32) for agent in env.agents}


def test_pettingzoo_api(env):
    parallel_api_test(env, num_cycles=60)


def test_pettingzoo_seeds(scenario):
    parallel_seed_test(lambda: parallel_env(scenario), num_cycles=30)


def test_agents_and_spaces_are_fixed(env):
    assert env.possible_agents == ["mg_0", "mg_1", "mg_2", "dso"]
    seen, _ = env.reset(seed=5)
    for agent in env.possible_agents:
        assert env.observation_space(agent) is env.observation_space(agent)
        assert env.action_space(agent) is env.action_space(agent)
        assert env.observation_space(agent).contains(seen[agent])
    assert env.state_space.contains(env.state())


def test_a_seed_fixes_the_days(scenario):
    drawn = []
    for _ in range(2):
        env = parallel_env(scenario, seed=1)
        env.reset(seed=9)
        days = [env.day]
        for _ in range(4):
            env.reset()
            days.append(env.day)
        drawn.append(days)
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) > 1
    assert set(drawn[0]) <= set(scenario.split("train").days)


def test_a_day_has_24_steps_and_ends_terminated(env):
    env.reset(seed=0)
    for step in range(24):
        agents = list(env.agents)
        _, rewards, ends, cuts, infos = env.step(rest(env))
        assert set(rewards) == set(ends) == set(cuts) == set(infos) == set(agents)
        assert not any(cuts.values())
        assert all(ends.values()) is (step == 23)
        for agent in agents:
            assert infos[agent].keys() == {"cost_usd", "violations", "blackout", "safety", "day"}
            assert np.isclose(rewards[agent], -infos[agent]["cost_usd"] / env.scenario.reward_usd)
    assert env.agents == []
    with pytest.raises(InvalidInput, match="call reset"):
        env.step({})


def test_a_day_can_be_named(env):
    env.reset(options={"day": 7})
    assert env.day == 7
    with pytest.raises(InvalidInput, match="there is no day"):
        env.reset(options={"day": 99999})
    with pytest.raises(InvalidInput, match=r"the day is 2\.7: give a whole number"):
        env.reset(options={"day": 2.7})


def test_out_of_range_is_clipped_and_nan_refused(env):
    env.reset(seed=0, options={"day": 3})
    wild = {agent: action + 7.0 for agent, action in rest(env).items()}
    first = env.step(wild)
    env.reset(seed=0, options={"day": 3})
    second = env.step({agent: np.ones_like(action) for agent, action in wild.items()})
    assert first[1] == second[1]
    bad = rest(env)
    bad["mg_1"][0] = np.nan
    with pytest.raises(InvalidInput, match=r"(?s)agent mg_1: .*MG2\.diesel/on: nan"):
        env.step(bad)


def test_unknown_split_and_name(scenario):
    with pytest.raises(UnknownName, match="train"):
        parallel_env(scenario, "trian")
    with pytest.raises(UnknownName, match="ieee34"):
        parallel_env("ieee34_ieee31-v1")


def test_violations_are_those_that_are_scored(env):
    env.reset(seed=0, options={"day": 3})
    counted = []
    for _ in range(24):
        _, _, _, _, infos = env.step(rest(env))
        counted.append(infos["dso"]["violations"] > 0 or infos["dso"]["blackout"])
    world, columns = World(env.scenario), env.scenario.window("train", 3)
    world.reset([columns])
    none = {agent: np.zeros((1, size)) for agent, size in world.sizes.items()}
    asks = np.tile(world.decode(none), (24, 1))
    scored = measure(env.scenario, columns, world.replay("train", 3, asks))
    assert np.mean(counted) == scored["violating_steps_share"] > 0.0
