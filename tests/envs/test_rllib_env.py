"""The RLlib face: fixed agents, each observed and rewarded in every step. Needs ray."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from gridbench.errors import InvalidInput

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs the extra `rl` (ray)"),
]


def test_a_day_as_rllib_plays_it(scenario, monkeypatch):
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    from gridbench.envs.rllib import GridMultiAgentEnv  # noqa: PLC0415

    env = GridMultiAgentEnv({"scenario": scenario, "groups": {f"mg_{i}": (i, 3) for i in range(3)}, "seed": 0})
    seen, _ = env.reset(seed=1)
    assert seen["mg_1"]["obs"][-3:].tolist() == [0.0, 1.0, 0.0]
    for step in range(24):
        for agent in env.possible_agents:
            assert env.observation_spaces[agent].contains(seen[agent])
            assert np.array_equal(seen[agent]["state"], seen["dso"]["state"])
        actions = {agent: np.zeros(env.action_spaces[agent].shape, np.float32) for agent in env.possible_agents}
        seen, rewards, ends, cuts, infos = env.step(actions)
        assert set(seen) == set(rewards) == set(infos) == set(env.possible_agents)
        assert ends["__all__"] is (step == 23)
        assert cuts["__all__"] is False


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"scenario": "ieee34_ieee13", "sead": 3}, "unknown key 'sead': did you mean 'seed'"),
        ({"scenario": "ieee34_ieee13", "recipe": {}}, "unknown key 'recipe'"),
        ({"split": "test"}, "scenario: missing"),
        (None, "scenario: missing"),
        ({"scenario": "ieee34_ieee13", "groups": {"mg_7": (0, 3)}}, "unknown acting agent 'mg_7'"),
        ({"scenario": "ieee34_ieee13", "groups": {"mg_1": (3, 3)}}, "agent mg_1: place 3 in a group of 3"),
    ],
)
def test_a_config_is_read_to_the_last_key(config, said):
    from gridbench.envs.rllib import GridMultiAgentEnv  # noqa: PLC0415

    with pytest.raises(InvalidInput, match=said):
        GridMultiAgentEnv(config)
