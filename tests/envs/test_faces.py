"""Every face passes its ecosystem's own checker, and all of them play one and the same grid."""

from __future__ import annotations

import importlib.util
import warnings

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from pettingzoo.test import parallel_api_test, parallel_seed_test

from gridbench.envs import GridEnv, GridVectorEnv, MultiAgentMicrogrids
from gridbench.envs.batch import BatchEnv
from gridbench.envs.declaration import GRANULARITIES
from gridbench.errors import InvalidInput, UnknownName
from gridbench.heron.visibility import TAGS


@pytest.mark.parametrize("centralized", [True, False])
@pytest.mark.parametrize("agents", GRANULARITIES)
def test_pettingzoo(scenario, agents, centralized):
    parallel_api_test(MultiAgentMicrogrids(scenario, agents=agents, centralized=centralized), num_cycles=30)
    parallel_seed_test(lambda: MultiAgentMicrogrids(scenario, agents=agents, centralized=centralized), num_cycles=10)


def test_gymnasium(scenario):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*not within the observation space.*|.*Box.*precision.*")
        check_env(GridEnv(scenario), skip_render_check=True)


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs the extra `rl` (ray)")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("options", [{}, {"central": False}, {"agents": "device"}, {"centralized": False}])
def test_rllib(scenario, options, monkeypatch):
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    from ray.rllib.utils.pre_checks.env import check_multiagent_environments  # noqa: PLC0415

    from gridbench.envs.rllib import GridMultiAgentEnv  # noqa: PLC0415

    check_multiagent_environments(GridMultiAgentEnv({"scenario": scenario, **options}))


def test_a_vector_of_grids_is_its_grids(scenario):
    days = [3, 77, 200]
    many = GridVectorEnv(scenario, len(days))
    seen, infos = many.reset(seed=0, options={"days": days})
    assert infos["day"].tolist() == days
    alone = [GridEnv(scenario) for _ in days]
    for row, (env, day) in enumerate(zip(alone, days, strict=True)):
        assert env.reset(options={"day": day})[0].tobytes() == seen[row].tobytes()
    rng = np.random.default_rng(0)
    for _ in range(scenario.steps):
        actions = rng.uniform(-1, 1, many.action_space.shape).astype(np.float32)
        seen, rewards, ends, cuts, infos = many.step(actions)
        for row, env in enumerate(alone):
            one, reward, end, cut, info = env.step(actions[row])
            assert one.tobytes() == seen[row].tobytes()
            assert (reward, end, cut) == (rewards[row], ends[row], cuts[row])
            assert {key: infos[key][row] for key in infos} == {key: info[key] for key in infos}
    assert ends.all()
    seen, rewards, ends, _, infos = many.step(actions)  # the step after the end begins new days
    assert not ends.any()
    assert not rewards.any()
    assert many.observation_space.contains(seen)


def test_a_seed_fixes_the_days_of_a_vector(scenario):
    drawn = [GridVectorEnv(scenario, 4).reset(seed=7)[1]["day"].tolist() for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) > 1


@pytest.mark.parametrize("reward", ["shared", "own"])
def test_what_is_trained_on_is_what_is_scored(scenario, reward):
    """The harness plays policies in BatchEnv: the same observations to the byte, the same money."""
    scored, env = BatchEnv(scenario, 1, reward), MultiAgentMicrogrids(scenario, reward=reward)
    seen = scored.reset([scenario.window("train", 3)])
    given, _ = env.reset(options={"day": 3})
    rng = np.random.default_rng(1)
    for _ in range(scenario.steps):
        assert {a: x.tobytes() for a, x in given.items()} == {a: x[0].tobytes() for a, x in seen.items()}
        actions = {agent: rng.uniform(-1.1, 1.1, (1, size)) for agent, size in scored.codec.sizes.items()}
        seen, money, result = scored.step(actions)
        given, rewards, _, _, infos = env.step({agent: action[0] for agent, action in actions.items()})
        assert rewards == pytest.approx({agent: one[0] for agent, one in money.items()}, rel=1e-9)
        assert infos["dso"]["cost_usd"] == pytest.approx(result.cost_usd[0], rel=1e-9)
        assert infos["dso"]["blackout"] == result.blackout[0]


def test_granularities_decide_over_the_same_asks(scenario):
    sizes = {}
    for agents in GRANULARITIES:
        env = MultiAgentMicrogrids(scenario, agents=agents)
        sizes[agents] = (len(env.possible_agents), sum(space.shape[0] for space in env.action_spaces.values()))
    assert sizes == {"microgrid": (4, 35), "device": (20, 35), "single": (1, 35)}


def test_a_lower_observability_shows_less(scenario):
    given, seen = [], []
    for observability in TAGS:
        env = MultiAgentMicrogrids(scenario, observability=observability)
        given.append([space.shape[0] for space in env.observation_spaces.values()])
        env.reset(seed=0)
        seen.append([len(env.stage.env.observe(agent).names()) for agent in env.possible_agents])
    assert given[0] < given[1] < given[2] == given[3]  # policies are scored on what the upper level sees
    assert seen[0] < seen[1] < seen[2] < seen[3]  # the operator also sees into the microgrids' networks


def test_an_episode_may_be_cut_short(scenario):
    env = MultiAgentMicrogrids(scenario, max_episode_steps=3)
    env.reset(seed=0)
    for step in range(3):
        _, _, ends, cuts, _ = env.step({a: np.zeros(env.action_space(a).shape) for a in env.agents})
        assert not any(ends.values())
        assert all(cuts.values()) is (step == 2)
    assert env.agents == []


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"agents": "house"}, InvalidInput, "agents 'house': choose one of microgrid, device, single"),
        ({"reward": "mine"}, InvalidInput, "reward 'mine': choose one of shared, own"),
        ({"observability": "publik"}, InvalidInput, "did you mean 'public'"),
        ({"agent": "device"}, InvalidInput, "unknown option 'agent': did you mean 'agents'"),
        ({"split": "trian"}, UnknownName, "did you mean 'train'"),
        ({"policies": {"mg_9": None}}, UnknownName, "unknown agent 'mg_9'"),
        ({"max_episode_steps": 0}, InvalidInput, "steps: 0 is below 1"),
    ],
)
def test_what_cannot_be_is_refused(scenario, options, error, said):
    with pytest.raises(error, match=said):
        MultiAgentMicrogrids(scenario, **options)


@pytest.mark.parametrize("centralized", [True, False])
def test_a_nan_in_the_middle_of_a_run_names_agent_and_field_and_nothing_moves(scenario, centralized):
    env = MultiAgentMicrogrids(scenario, centralized=centralized)
    env.reset(seed=0)
    rest = {agent: np.zeros(env.action_space(agent).shape) for agent in env.agents}
    env.step(rest)
    before = env.stage.values.tobytes()
    with pytest.raises(InvalidInput, match=r"(?s)agent mg_2: .*action field MG3\.storage/p_mw: nan in environment 0"):
        env.step({**rest, "mg_2": np.where(np.arange(10) == 3, np.nan, 0.0)})
    with pytest.raises(InvalidInput, match=r"(?s)agent mg_1: .*shape \(1, 3\); give \(environments, 10\)"):
        env.step({**rest, "mg_1": np.zeros(3)})
    with pytest.raises(InvalidInput, match=r"(?s)agent mg_1: .*action: missing"):
        env.step({agent: action for agent, action in rest.items() if agent != "mg_1"})
    with pytest.raises(InvalidInput, match=r"(?s)agent MG1\.diesel: .*mg_0 an ask"):
        env.step({**rest, "MG1.diesel": np.zeros(3)})
    assert env.stage.values.tobytes() == before
