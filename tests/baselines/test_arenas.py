"""Arenas: the batched plant and a declared environment are one world to a trainer, and one teacher teaches in both."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gridbench.envs.batch import BatchEnv
from gridbench.errors import GridbenchError
from gridbench.policies import make_policy
from gridbench.policies.network import Network

DAYS = [3, 200, 400]
TINY = ["hidden=16", "days_per_iteration=4", "minibatch=48", "ppo_epochs=1", "rounds=1", "epochs=1", "batch=4", "critic_rounds=1"]
TINY += ["critic_epochs=1", "validation_days=1", "validate_every=1"]


@pytest.fixture
def arena_of(shared, grouped):
    """Return a function that makes an arena of an environment by words."""
    return lambda *words: shared("stage_arena").arenas_of(words)(grouped, "train", len(DAYS))


def taught(arena):
    """Return money and violations of days on which the teacher acts (steps, batch)."""
    arena.reset(DAYS)
    outcomes = []
    while not arena.over:
        outcomes.append(arena.step(arena.taught())[1])
    return np.array([one.cost_usd for one in outcomes]), np.array([one.violating for one in outcomes])


def test_a_declared_environment_is_the_batched_plant(arena_of):
    batched, staged = arena_of(), arena_of("agents=microgrid")
    assert type(batched) is not type(staged)
    first, second = batched.reset(DAYS), staged.reset(DAYS)
    rng = np.random.default_rng(0)
    while not batched.over:
        assert all((first[agent] == second[agent]).all() for agent in first)
        actions = {a: rng.uniform(-1.0, 1.0, (len(DAYS), len(asks))) for a, asks in batched.acting.asks.items()}
        first, one = batched.step(actions)
        second, other = staged.step(actions)
        assert (one.weather == other.weather).all()
        assert np.allclose(one.cost_usd, other.cost_usd, rtol=1e-9, atol=1e-6)
        assert (one.violating == other.violating).all()
    assert staged.over


@pytest.mark.parametrize("words", ["agents=device", "agents=single", "observability=public"])
def test_the_teacher_does_the_same_whoever_decides_and_whatever_is_hidden(arena_of, words):
    cost_usd, violating = taught(arena_of())
    found = taught(arena_of(words))
    assert np.allclose(found[0], cost_usd, rtol=1e-9, atol=1e-6)
    assert (found[1] == violating).all()


def test_a_head_that_names_a_price_is_taught_the_tariff(arena_of, grouped):
    arena = arena_of("protocol=price")
    arena.reset(DAYS)
    price = np.array([grouped.window("train", day)[grouped.tie.price][0] for day in DAYS])
    tariff = price + grouped.tie.delivery_usd_per_mwh
    assert np.allclose(150.0 * (1.0 + arena.taught()["mg_0"][:, 0]), np.clip(tariff, 0.0, 300.0))


@pytest.mark.parametrize("words", ["agents=device", "agents=single", "protocol=price", "protocol=peer_to_peer"])
def test_every_environment_can_be_trained_in(fast, grouped, tmp_path, words, shared):
    head = ["--scenario", "ieee34_ieee13", "--out", str(tmp_path), "--steps", "96", "--env", words]
    assert fast.main([*head, "--set", *TINY]) == 0
    page = json.loads((tmp_path / "last" / "policy.json").read_text())
    assert page["facts"]["environment"] == words
    arena = shared("stage_arena").arenas_of([words])(grouped, "train", 2)
    policy = Network(grouped, tmp_path / "last", arena.acting)
    actions = policy.act(arena.reset([0, 1]))
    assert {agent: one.shape for agent, one in actions.items()} == {a: (2, len(asks)) for a, asks in arena.acting.asks.items()}


def test_what_was_trained_on_less_is_run_as_any_policy_and_reads_no_more(fast, grouped, tmp_path, shared):
    head = ["--scenario", "ieee34_ieee13", "--out", str(tmp_path), "--steps", "96", "--env", "observability=public"]
    assert fast.main([*head, "--set", *TINY]) == 0
    arena = shared("stage_arena").arenas_of(["observability=public"])(grouped, "train", len(DAYS))
    env, policy = BatchEnv(grouped, len(DAYS)), make_policy(tmp_path / "last", grouped)
    less, more = arena.reset(DAYS), env.reset([grouped.window("train", day) for day in DAYS])
    actions = policy.act(more)
    found = Network(grouped, tmp_path / "last", arena.acting).act(less)
    assert all((actions[agent] == found[agent]).all() for agent in actions)
    names = {field.name for field in arena.acting.fields("mg_0")}
    hidden = [i for i, field in enumerate(env.observer.fields("mg_0")) if field.name not in names]
    more["mg_0"][:, hidden] = 5.0
    assert (policy.act(more)["mg_0"] == actions["mg_0"]).all()


def test_a_word_that_is_none_is_refused(fast, tmp_path, capsys):
    assert fast.main(["--scenario", "ieee34_ieee13", "--out", str(tmp_path), "--env", "agents=all"]) == 3
    assert "agents" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_days_whose_networks_torch_solves_are_the_same(small, shared):
    arenas_of = shared("stage_arena").arenas_of
    compiled, dense = (arenas_of([], flow)(small, "train", 3) for flow in ("compiled", "torch"))
    for arena in (compiled, dense):
        arena.reset([1, 50, 90])
    asked = {agent: np.full((3, len(asks)), 0.2) for agent, asks in compiled.acting.asks.items()}
    for _ in range(4):
        (seen, outcome), (others, found) = compiled.step(asked), dense.step(asked)
        np.testing.assert_allclose(found.cost_usd, outcome.cost_usd, rtol=1e-9)
        assert (found.violating == outcome.violating).all()
        assert all(np.allclose(seen[agent], others[agent], atol=1e-6) for agent in compiled.agents)


@pytest.mark.parametrize(
    ("words", "flow", "told"), [([], "tourch", "did you mean 'torch'"), (["agents=device"], "torch", "leave --env out")]
)
def test_a_flow_that_cannot_be_is_refused(words, flow, told, shared):
    with pytest.raises(GridbenchError, match=told):
        shared("stage_arena").arenas_of(words, flow)
