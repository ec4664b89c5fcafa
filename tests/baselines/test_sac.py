"""SAC on the whole grid: its memory, its batches, and an actor that leaves for NumPy unchanged. Needs torch and ray."""

from __future__ import annotations

import importlib.util
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from trainer_files import BASELINES

from gridbench.envs.batch import BatchEnv
from gridbench.policies import make_policy

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(
        not all(importlib.util.find_spec(one) for one in ("torch", "ray")), reason="needs the extra `rl` (torch and ray)"
    ),
]


@pytest.fixture
def sac(shared, monkeypatch):  # noqa: ARG001
    """The trainer as a module."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.syspath_prepend(str(BASELINES / "sac"))
    spec = importlib.util.spec_from_file_location("sac_train", BASELINES / "sac" / "train.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "sac_train", module)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("replay", None)


@pytest.fixture
def parts(sac, shared, grouped):
    """A sampler of two days side by side, a learner with its weights, and a memory that both fill."""
    recipe = shared("recipe").read_recipe(BASELINES / "sac") | {"hidden": [16], "days_per_iteration": 2, "rows": 32}
    args = shared("rllib").arguments("x", sac.ALGORITHMS).parse_args(["--out", "unused"])
    shared("nets").seed_torch(0)
    config = sac.make_config(args, recipe, BatchEnv(grouped, 1))
    runner = sac.TrainingRunner(config=config, worker_index=0)
    learner = sac.DaysLearner(config=config, module_spec=config.get_multi_rl_module_spec(spaces=runner.get_spaces()))
    learner.build()
    runner.set_state({"rl_module": learner.module.get_state(inference_only=True), "weights_seq_no": 0})
    memory = sac.Replay(200, 0)
    sac.teach(memory, sac.BatchArena(grouped, "train", 2), recipe, np.random.default_rng(0))
    return SimpleNamespace(runner=runner, learner=learner, memory=memory, recipe=recipe)


def update(parts):
    return parts.learner.update(episodes=parts.memory.sample(num_items=32), timesteps={"num_env_steps_sampled_lifetime": 1})


def test_the_memory_keeps_the_latest_steps_and_goes_on_drawing_as_before(sac, tmp_path):
    memory = sac.Replay(10, 3)
    for day in range(4):
        steps = {name: np.full((4, 2), day, np.float32) for name in ("obs", "new_obs", "actions")}
        memory.keep(steps | {"rewards": np.arange(4.0) + 4 * day, "terminateds": np.array([0.0, 0.0, 0.0, 1.0])})
    assert len(memory) == 10
    assert set(memory.sample(200)[0]["rewards"]) == set(range(6, 16))
    memory.save(tmp_path)
    again = sac.Replay(10, 3)
    again.load(tmp_path)
    ours, theirs = memory.sample(5)[0], again.sample(5)[0]
    assert all(np.array_equal(theirs[name], one) for name, one in ours.items())


def test_days_that_were_played_are_kept_step_by_step(parts):
    before = len(parts.memory)
    assert before == 2 * 24, "the memory begins with days of the teacher"
    episodes = parts.runner.sample()
    parts.memory.add(episodes)
    assert len(parts.memory) == before + 2 * 24
    kept, day = parts.memory._columns, episodes[1].agent_episodes["grid"]
    at = slice(before + 24, before + 48)
    assert np.array_equal(kept["obs"][at], day.observations.data[:-1])
    assert np.array_equal(kept["new_obs"][at], day.observations.data[1:])
    assert np.array_equal(kept["actions"][at], day.actions.data)
    assert kept["terminateds"][at].tolist() == [0.0] * 23 + [1.0]


def test_the_exported_actor_acts_as_in_torch(sac, parts, grouped, tmp_path):
    group = SimpleNamespace(_learner=parts.learner)
    whole = sac.Sac(SimpleNamespace(learner_group=group), BatchEnv(grouped, 1))
    policy = whole.export(tmp_path, {"name": "sac"})
    assert (policy.information, policy.batched, policy.name) == ("full", True, "sac")
    days = [one.agent_episodes["grid"] for one in parts.runner.sample(explore=False)]
    env = BatchEnv(grouped, 2)
    known = grouped.split("train").days
    drawn = np.random.default_rng([0, 0, 0, 0]).integers(len(known), size=2)
    seen, again = env.reset([grouped.window("train", known[i]) for i in drawn]), make_policy(tmp_path, grouped)
    for t in range(24):
        asked = again.act(seen)
        wanted = np.tanh([one.actions.data[t] for one in days])  # RLlib's mean is not squashed yet
        assert np.allclose(np.concatenate([asked[agent] for agent in env.agents], axis=1), wanted, atol=1e-4)
        seen, _, _ = env.step(_split(env, np.stack([one.actions.data[t] for one in days])))


def test_updates_move_the_networks_and_the_temperature_which_is_kept(sac, parts):
    torch = pytest.importorskip("torch")
    module = parts.learner.module["grid"].unwrapped()
    before = {name: one.clone() for name, one in module.state_dict().items()}
    update(parts)
    moved = {name for name, one in module.state_dict().items() if not torch.equal(one, before[name])}
    assert any(name.startswith("pi.") for name in moved)
    assert any("target" in name for name in moved), "target networks follow in every update"
    alpha = float(parts.learner.curr_log_alpha[sac.GRID])
    assert alpha != pytest.approx(np.log(parts.recipe["initial_alpha"]), abs=1e-7)
    state = parts.learner.get_state()
    with torch.no_grad():
        parts.learner.curr_log_alpha[sac.GRID].zero_()
    parts.learner.set_state(state)
    assert float(parts.learner.curr_log_alpha[sac.GRID]) == pytest.approx(alpha)


def _split(env, actions):
    ends = np.cumsum([env.codec.sizes[agent] for agent in env.agents])[:-1]
    return dict(zip(env.agents, np.split(actions, ends, axis=1), strict=True))
