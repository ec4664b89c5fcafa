"""The sampler on whole days, and the batch that is made of them: what RLlib's own would do, all at once. Needs torch and ray."""

from __future__ import annotations

import importlib
import importlib.util
import sys

import numpy as np
import pytest
from trainer_files import BASELINES

from gridbench.envs.batch import BatchEnv
from gridbench.errors import InvalidInput

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(
        not all(importlib.util.find_spec(one) for one in ("torch", "ray")), reason="needs the extra `rl` (torch and ray)"
    ),
]
DAYS = 3


@pytest.fixture
def trainer(shared, monkeypatch):  # noqa: ARG001
    """The RLlib trainer as a module."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.syspath_prepend(str(BASELINES / "mappo"))
    monkeypatch.setenv("PYTHONPATH", "")
    spec = importlib.util.spec_from_file_location("mappo_train", BASELINES / "mappo" / "train.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "mappo_train", module)
    spec.loader.exec_module(module)
    yield module
    for name in ("module", "days"):
        sys.modules.pop(name, None)


@pytest.fixture
def config_of(trainer, shared, grouped):
    """Return a function that makes RLlib's configuration of a small training."""

    def make(algorithm="mappo", seed=0, **changes):
        recipe = shared("recipe").read_recipe(BASELINES / "mappo")
        recipe |= {"hidden": [16], "days_per_iteration": DAYS, "minibatch": 72, "rounds": 0} | changes
        options = ["--scenario", "ieee34_ieee13-v1", "--out", "unused", "--algorithm", algorithm, "--seed", str(seed)]
        args = shared("rllib").arguments("x", trainer.ALGORITHMS).parse_args(options)
        env = shared("arena").BatchArena(grouped, "train", 2)
        shared("nets").seed_torch(seed)
        return trainer.make_config(args, recipe, env, shared("nets").groups_of(env.acting), None)

    return make


@pytest.fixture
def runner_of(trainer, config_of):
    """Return a function that makes a sampler alone."""
    return lambda *args, **changes: trainer.TrainingRunner(config=config_of(*args, **changes), worker_index=0)


def learner_of(config, runner):
    spaces = runner.get_spaces()
    made = config.learner_class(config=config, module_spec=config.get_multi_rl_module_spec(spaces=spaces))
    made.build()
    return made


def test_episodes_are_whole_days_of_the_environment(grouped, runner_of, shared):
    runner = runner_of()
    episodes = runner.sample()
    assert [len(one) for one in episodes] == [24] * DAYS
    assert all(one.is_done and one.is_numpy for one in episodes)
    env, shaped = BatchEnv(grouped, DAYS), shared("reward").Shaped(grouped, runner._recipe)
    known = grouped.split("train").days
    drawn = np.random.default_rng([0, 0, 0, 0]).integers(len(known), size=DAYS)
    seen = env.reset([grouped.window("train", known[i]) for i in drawn])
    for t in range(24):
        own = {agent: [one.agent_episodes[agent] for one in episodes] for agent in env.agents}
        for agent, parts in own.items():
            size = env.observer.sizes[agent]
            assert np.array_equal([one.get_observations(t)["obs"][:size] for one in parts], seen[agent])
            assert np.array_equal([one.get_observations(t)["state"] for one in parts], env.state())
        mark = own["mg_1"][0].get_observations(t)["obs"][-3:]
        assert mark.tolist() == [0.0, 1.0, 0.0], "told apart by a one-hot"
        weather = env.plant.weather[t]
        seen, _, result = env.step({agent: np.stack([one.get_actions(t) for one in parts]) for agent, parts in own.items()})
        wanted = shaped(weather, result.cost_usd)
        for parts in own.values():
            assert np.allclose([one.get_rewards(t) for one in parts], wanted, atol=1e-5)
            violating = [one.get_extra_model_outputs("violating", t) for one in parts]
            assert np.array_equal(violating, shared("arena").violates(grouped, result))
    ends = [one.agent_episodes["dso"].get_observations(-1)["state"] for one in episodes]
    assert np.array_equal(ends, env.state())


def test_the_batch_is_that_of_rllibs_own_connectors(runner_of, config_of):
    torch = pytest.importorskip("torch")
    runner = runner_of()
    episodes = runner.sample()
    ours, stock = learner_of(config_of(), runner), learner_of(config_of(sampler="stock"), runner)
    stock.module.set_state(ours.module.get_state())
    found = ours._learner_connector(rl_module=ours.module, batch={}, episodes=episodes, shared_data={}, metrics=ours.metrics)
    theirs = stock._learner_connector(rl_module=stock.module, batch={}, episodes=episodes, shared_data={}, metrics=stock.metrics)
    for name, agents in (("mg", 3), ("dso", 1)):
        valid = theirs[name]["loss_mask"]
        wanted = {key: theirs[name][key][valid] for key in ("actions", "action_logp", "advantages", "value_targets")}
        wanted["obs"], wanted["state"] = (theirs[name]["obs"][key][valid] for key in ("obs", "state"))
        gain = wanted["advantages"]
        wanted["advantages"] = (gain - gain.mean()) / gain.std()  # rid of the artificial slots
        got = {**found[name], **found[name]["obs"]}
        got["state"] = got["state"].expand(-1, agents, -1)
        marks = wanted["obs"].reshape(DAYS, agents, 24, -1)[0, :, 0, -3:].argmax(-1)
        order = marks.argsort() if agents > 1 else [0]  # RLlib's is that of a set
        for key, one in wanted.items():
            by_day = one.reshape(DAYS, agents, 24, *one.shape[1:])[:, order].transpose(1, 2)
            assert torch.allclose(got[key].reshape(by_day.shape), by_day, atol=2e-4), (name, key)


def test_what_was_played_is_as_likely_to_the_learner(runner_of, config_of):
    torch = pytest.importorskip("torch")
    runner = runner_of()
    learner = learner_of(config_of(), runner)
    runner.set_state({"rl_module": learner.module.get_state(inference_only=True), "weights_seq_no": 0})
    batch = learner._learner_connector(
        rl_module=learner.module, batch={}, episodes=runner.sample(), shared_data={}, metrics=learner.metrics
    )
    for name, part in batch.items():
        module = learner.module[name]
        out = module.forward_train(part)["action_dist_inputs"]
        now = module.get_train_action_dist_cls().from_logits(out).logp(part["actions"])
        assert torch.allclose(now, part["action_logp"], atol=1e-4)
        assert abs(float(part["advantages"].mean())) < 1e-5
        assert abs(float(part["advantages"].std()) - 1.0) < 1e-4


def test_what_is_drawn_depends_on_seed_weights_and_calls_alone(runner_of):
    def actions(runner):
        return np.stack([one.agent_episodes["dso"].actions.data for one in runner.sample()])

    first = runner_of()
    state = first.get_state()
    begun, later = actions(first), actions(first)
    assert not np.array_equal(begun, later)
    again = runner_of()
    again.set_state(state)
    assert np.array_equal(actions(again), begun)
    assert not np.array_equal(actions(runner_of(seed=1)), begun)
    count = first.get_metrics()["num_env_steps_sampled"]
    assert int(count) == 2 * DAYS * 24


def test_without_exploration_a_day_is_played_by_the_mean(runner_of):
    runner = runner_of()
    day = runner.sample(num_episodes=1, explore=False)[0].agent_episodes["mg_0"]
    torch = pytest.importorskip("torch")
    with torch.no_grad():
        seen = torch.from_numpy(day.observations.data["obs"][:-1])
        assert np.allclose(day.actions.data, runner.module["mg"].pi(seen).numpy(), atol=1e-5)


def test_who_sees_what(runner_of, config_of):
    for algorithm in ("mappo", "ippo", "mappo_lagrangian"):
        runner = runner_of(algorithm)
        module = learner_of(config_of(algorithm), runner).module["mg"]
        own, state = module.pi[0].in_features, 199
        critics = [module.vf, module.vc] if algorithm == "mappo_lagrangian" else [module.vf]
        assert [one[0].in_features for one in critics] == [own if algorithm == "ippo" else state] * len(critics)


def test_the_price_of_violations_follows_their_share_and_is_kept(runner_of, config_of):
    runner = runner_of("mappo_lagrangian")
    learner = learner_of(config_of("mappo_lagrangian"), runner)
    learner.update(episodes=runner.sample(), num_epochs=1, minibatch_size=72)
    share, told = learner._days.violating, learner.config.learner_config_dict
    assert share > told["allowed"]
    assert learner.multiplier == pytest.approx(told["multiplier_rate"] * (share - told["allowed"]))
    other = learner_of(config_of("mappo_lagrangian"), runner)
    other.set_state(learner.get_state())
    assert other.multiplier == learner.multiplier


def test_a_dear_violation_turns_the_advantages_against_it(runner_of, config_of):
    runner = runner_of("mappo_lagrangian")
    learner = learner_of(config_of("mappo_lagrangian"), runner)
    episodes = runner.sample()
    learner._days.multiplier = 1e4
    gain = learner._learner_connector(
        rl_module=learner.module, batch={}, episodes=episodes, shared_data={}, metrics=learner.metrics
    )["dso"]["advantages"][:, 0].numpy()
    broken = np.concatenate([one.agent_episodes["dso"].extra_model_outputs["violating"].data for one in episodes]) > 0.5
    assert broken.any()
    assert not broken.all()
    assert gain[broken].mean() < gain[~broken].mean()


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"scenario": "ieee13", "schedule": None}, "unknown key of a batched env_config 'schedule'"),
        ({"split": "train"}, "scenario: missing"),
        ({"scenario": "ieee13", "groups": {"mg_7": (0, 3)}}, "unknown acting agent 'mg_7'"),
        ({"scenario": "ieee13", "reward": "none"}, "reward 'none'"),
    ],
)
def test_a_config_is_read_to_the_last_key(config, said):
    days = importlib.import_module("gridbench.envs.rllib_days")
    with pytest.raises(InvalidInput, match=said):
        days.Days(config, 2)
