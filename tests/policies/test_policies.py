"""The policies that need no training: found by name, repeatable, and doing what they say."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest
from mixed_grid import mixed

from gridbench.envs.batch import BatchEnv
from gridbench.errors import InvalidInput, UnknownName
from gridbench.physics.terms import MONEY
from gridbench.policies import POLICIES, Policy, make_policy
from gridbench.policies.foresight import day_of
from gridbench.policies.idle import idle_asks
from gridbench.policies.table import LEARNT

DAYS = (15, 80, 130, 200, 260, 330)


def play(scenario, policy, days, split="validation", seed=0):
    """Return the actions of all steps, the money (batch, agents, components) and the results."""
    env = BatchEnv(scenario, len(days))
    columns = [scenario.window(split, day) for day in days]
    seen = env.reset(columns)
    policy.reset(scenario, columns[0], seed)
    actions, money, results = [], 0.0, []
    while not env.over:
        actions.append(policy.act(seen))
        seen, _, result = env.step(actions[-1])
        money = money + result.money
        results.append(result)
    return actions, money, results


@pytest.mark.parametrize("name", ["idle", "random", "rule"])
def test_a_policy_says_what_it_is_and_keeps_to_the_range(scenario, name):
    policy = make_policy(name, scenario)
    assert isinstance(policy, Policy)
    assert policy.name == name
    assert policy.kind == "rule"
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", policy.digest)
    assert policy.parameters == 0
    assert policy.deterministic is (name != "random")
    actions, _, _ = play(scenario, policy, DAYS[:2])
    for action in actions:
        assert {agent: one.shape for agent, one in action.items()} == {a: (2, n) for a, n in policy.codec.sizes.items()}
        assert all(np.abs(one).max() <= 1.0 for one in action.values())


@pytest.mark.parametrize("name", ["idle", "random", "rule"])
def test_the_same_seed_gives_the_same_bytes(scenario, name):
    first, second = (play(scenario, make_policy(name, scenario), DAYS[:2], seed=4)[0] for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert all(one[agent].tobytes() == other[agent].tobytes() for agent in one)


def test_random_differs_by_seed_and_by_day(scenario):
    policy = make_policy("random", scenario)
    drawn = []
    for seed, day in ((0, 1), (1, 1), (0, 2)):
        policy.reset(scenario, scenario.window("train", day), seed)
        drawn.append(policy.act({"mg_0": np.zeros((1, 1), np.float32)})["dso"].tobytes())
    assert len(set(drawn)) == 3


def test_idle_leaves_everything_alone(scenario):
    policy = make_policy("idle", scenario)
    _, money, results = play(scenario, policy, DAYS)
    for result in results:
        assert np.allclose(result.states, policy.layout.initial)
        assert not result.clipped.any()
    spent = dict(zip(("generation", "start", "wear", "switching"), money.sum(axis=1)[:, :4].T, strict=True))
    assert all(np.allclose(one, 0.0) for one in spent.values())
    place = policy.layout.asks.index("MG1.solar.p_ceiling_mw")
    assert idle_asks(scenario)[place] == policy.layout.ask_spans[place].hi


def test_rule_costs_less_than_idle_and_mends_the_voltage(scenario):
    idle, rule = (play(scenario, make_policy(name, scenario), DAYS) for name in ("idle", "rule"))
    cost = [money.sum(axis=(1, 2)) for _, money, _ in (idle, rule)]
    assert (cost[1] < cost[0]).mean() > 0.8
    assert cost[1].sum() < 0.8 * cost[0].sum()
    outside = [np.mean([(r.v_pu < 0.95) | (r.v_pu > 1.05) for r in results]) for _, _, results in (idle, rule)]
    assert outside[1] < 0.1 * outside[0]


def test_rule_returns_the_energy_of_the_storages(scenario):
    _, _, results = play(scenario, make_policy("rule", scenario), DAYS)
    stored = [i for i, name in enumerate(make_policy("idle", scenario).layout.states) if "energy" in name]
    missing_mwh = np.maximum(1.0 - results[-1].states[:, stored], 0.0)
    assert missing_mwh[:, :2].mean() < 0.05
    assert missing_mwh.mean() < 0.25  # the third microgrid's transformer leaves its storage little room to charge
    assert max(np.ptp([r.states[0, i] for r in results]) for i in stored) > 0.5


def test_rule_recovers_from_a_blackout(scenario):
    env = BatchEnv(scenario, 1)
    policy = make_policy("rule", scenario)
    columns = scenario.window("validation", 200)
    seen = env.reset([columns])
    policy.reset(scenario, columns, 0)
    worst = np.array([[span.lo for span in policy.layout.ask_spans]])
    seen, _, result = env.step_asks(worst)
    dark = 0
    while not env.over:
        seen, _, result = env.step(policy.act(seen))
        dark += int(result.blackout[0])
    assert dark <= 2


def test_foresight_replays_the_schedule_to_the_bit(scenario):
    rng = np.random.default_rng(0)
    rest = idle_asks(scenario)
    spans = make_policy("idle", scenario).layout.ask_spans
    wide = np.array([0.0 if span.integer else 0.05 * (span.hi - span.lo) for span in spans])
    schedule = (rest + wide * rng.uniform(-1, 1, (24, len(rest)))).astype(np.float32)
    schedule = np.clip(schedule, [s.lo for s in spans], [s.hi for s in spans]).astype(np.float32)
    asked = []

    def dispatch_of(split, day):
        asked.append((split, day))
        return SimpleNamespace(asks=schedule)

    policy = make_policy("foresight", scenario, dispatch_of=dispatch_of)
    day = scenario.split("test").days[5]
    _, _, results = play(scenario, policy, [day], split="test")
    assert asked == [("test", day)]
    env = BatchEnv(scenario, 1)
    env.reset([scenario.window("test", day)])
    for asks, result in zip(schedule, results, strict=True):
        direct = env.plant.step(asks[None].astype(np.float64))
        assert direct.money.tobytes() == result.money.tobytes()
    with pytest.raises(InvalidInput, match="call reset"):
        policy.act({"dso": np.zeros((1, 1), np.float32)})


def test_foresight_knows_the_days_of_its_scenario_only(scenario):
    day = scenario.split("validation").days[2]
    assert day_of(scenario, scenario.window("validation", day)) == ("validation", day)
    strange = {name: values + 1.0 for name, values in scenario.window("validation", day).items()}
    with pytest.raises(InvalidInput, match="no day of a split"):
        day_of(scenario, strange)


def test_names(scenario):
    untrained = {"idle", "random", "rule", "foresight", "mpc", "mpc_perfect", "mpc_persistence", "stochastic_mpc"}
    assert set(POLICIES) == {*untrained, *LEARNT}
    with pytest.raises(UnknownName, match="did you mean 'rule'"):
        make_policy("ruel", scenario)
    with pytest.raises(InvalidInput, match="cannot be read"):
        make_policy("./no/such/folder", scenario)


def test_a_policy_refuses_another_scenario(scenario):
    policy = make_policy("idle", scenario)
    other = SimpleNamespace(id="other-v1", digest="sha256:0")
    with pytest.raises(InvalidInput, match="make it for this scenario"):
        policy.reset(other, {}, 0)


def test_the_trained_baseline_costs_less_than_the_rule(scenario):
    days = list(scenario.split("validation").days)
    trained, rule = (play(scenario, make_policy(name, scenario), days)[1].sum(axis=(1, 2)) for name in ("mappo", "rule"))
    assert trained.mean() < rule.mean()


def test_the_rule_charges_cars_in_time_and_saves_by_shifting():
    scenario = mixed()
    money = {name: play(scenario, make_policy(name, scenario), (0, 1, 2), "test")[1].sum(axis=1) for name in ("idle", "rule")}
    assert np.all(money["rule"].sum(axis=1) < money["idle"].sum(axis=1))
    short = [MONEY.index(name) for name in ("unserved", "missing_energy")]
    assert np.all(money["rule"][:, short].sum(axis=1) < 0.01 * money["idle"].sum(axis=1))
