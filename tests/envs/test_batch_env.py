"""The batched environment: repeatable to the byte, and a batch is nothing but its elements."""

from __future__ import annotations

import numpy as np
import pytest

from gridbench.envs.batch import BatchEnv
from gridbench.errors import InvalidInput

DAYS = (3, 77, 200, 364)


def play(env, days, actions):
    """Return the bytes of all observations and rewards, by agent a list of arrays."""
    seen = env.reset(days)
    kept = [seen]
    for action in actions:
        seen, rewards, result = env.step(action)
        kept.append({**seen, **{f"{a} reward": r for a, r in rewards.items()}, "cost": result.cost_usd, "state": env.state()})
    return kept


@pytest.fixture(scope="module")
def days(scenario):
    return [scenario.window("train", day) for day in DAYS]


@pytest.fixture(scope="module")
def actions(scenario):
    rng = np.random.default_rng(0)
    sizes = BatchEnv(scenario).codec.sizes
    return [{agent: rng.uniform(-0.3, 0.3, (len(DAYS), n)) for agent, n in sizes.items()} for _ in range(scenario.steps)]


def test_the_same_actions_give_the_same_bytes(scenario, days, actions):
    first, second = (play(BatchEnv(scenario, len(DAYS)), days, actions) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert {name: array.tobytes() for name, array in one.items()} == {name: array.tobytes() for name, array in other.items()}


@pytest.mark.parametrize("reward", ["shared", "own"])
def test_a_batch_of_one_is_an_element_of_a_batch(scenario, days, actions, reward):
    whole = play(BatchEnv(scenario, len(DAYS), reward), days, actions)
    for i, day in enumerate(days):
        own = [{agent: one[i : i + 1] for agent, one in action.items()} for action in actions]
        alone = play(BatchEnv(scenario, 1, reward), [day], own)
        for one, many in zip(alone, whole, strict=True):
            for name, array in one.items():
                assert array[0].tobytes() == many[name][i].tobytes(), name


def test_rewards_are_minus_the_money(scenario, days, actions):
    shared, own = (BatchEnv(scenario, len(DAYS), reward) for reward in ("shared", "own"))
    for env in (shared, own):
        env.reset(days)
    for action in actions:
        _, all_get, result = shared.step(action)
        _, each, _ = own.step(action)
        for agent in shared.agents:
            assert np.allclose(all_get[agent], -result.cost_usd / scenario.reward_usd)
            row = shared.plant.layout.agents.index(agent)
            assert np.allclose(each[agent], -result.money[:, row].sum(axis=1) / scenario.reward_usd)
        assert np.allclose(sum(each.values()), all_get["dso"])


def test_asks_and_actions_are_two_names_of_one_step(scenario, days, actions):
    by_action, by_ask = BatchEnv(scenario, len(DAYS)), BatchEnv(scenario, len(DAYS))
    for env in (by_action, by_ask):
        env.reset(days)
    for action in actions:
        _, _, one = by_action.step(action)
        _, _, other = by_ask.step_asks(by_ask.codec.decode(action).astype(np.float32))
        assert one.states.tobytes() == other.states.tobytes()
        assert one.money.tobytes() == other.money.tobytes()


def test_out_of_range_actions_are_counted_until_the_next_day(scenario, days, actions):
    env = BatchEnv(scenario, len(DAYS))
    env.reset(days)
    wild = {agent: one.copy() for agent, one in actions[0].items()}
    wild["dso"][2, :] = 3.0
    env.step(wild)
    env.step(wild)
    assert env.out_of_range.tolist() == [0, 0, 10, 0]
    env.reset(days)
    assert not env.out_of_range.any()


def test_state_is_all_observations_side_by_side(scenario, days):
    env = BatchEnv(scenario, len(DAYS))
    seen = env.reset(days)
    assert np.array_equal(env.state(), np.concatenate([seen[agent] for agent in env.agents], axis=1))


def test_what_cannot_be_is_refused(scenario, days, actions):
    with pytest.raises(InvalidInput, match="shared, own"):
        BatchEnv(scenario, 1, "mine")
    with pytest.raises(InvalidInput, match="at least 1"):
        BatchEnv(scenario, 0)
    env = BatchEnv(scenario, len(DAYS))
    with pytest.raises(InvalidInput, match="call reset"):
        env.step(actions[0])
    with pytest.raises(InvalidInput, match="batch of 4"):
        env.reset(days[:2])
