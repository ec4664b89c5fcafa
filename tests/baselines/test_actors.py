"""Actors of every kind: the same numbers in torch and in NumPy, whole days as their steps, and learning through a day."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from trainer_files import BASELINES

from gridbench.envs.batch import BatchEnv
from gridbench.errors import GridbenchError
from gridbench.scenario.catalogue import list_scenarios, load_scenario

KINDS = [("dense", "gru"), ("recurrent", "gru"), ("recurrent", "lstm"), ("graph", "gru")]
TINY = {"hidden": [16, 12], "passes": [8, 6], "days_per_iteration": 4, "minibatch": 144, "ppo_epochs": 2, "rounds": 0}


@pytest.fixture
def recipe_of(shared):
    return lambda **changes: shared("recipe").read_recipe(BASELINES / "fast") | TINY | changes


@pytest.fixture
def trainer_of(fast, shared, recipe_of):
    def make(scenario, seed=0, **changes):
        shared("nets").seed_torch(seed)
        return fast.Trainer(scenario, "mappo", recipe_of(**changes), seed)

    return make


def loud(actor):
    """The same actor with weights at random, so that its actions fill their range."""
    torch = pytest.importorskip("torch")
    for weight in actor.parameters():
        torch.nn.init.normal_(weight, std=0.3)


@pytest.mark.parametrize(("kind", "cell"), KINDS)
def test_an_exported_actor_acts_in_numpy_as_in_torch(kind, cell, grouped, shared, recipe_of, tmp_path):
    nets, clone, env = shared("nets"), shared("clone"), BatchEnv(grouped, 5)
    nets.seed_torch(0)
    groups = nets.groups_of(env.acting)
    made = clone.make_nets(env.acting, groups, recipe_of(actor=kind, cell=cell), scenario=grouped)
    for actor in made.actors.values():
        loud(actor)
    policy = nets.export(tmp_path, {"name": kind}, made.actors, groups, grouped, env.acting)
    seen, carried = env.reset([grouped.window("train", day) for day in range(5)]), {}
    policy.reset(grouped, grouped.window("train", 0), 0)
    ours = {}
    while not env.over:
        ours, theirs = policy.act(seen), clone.act(groups, made, seen, None, carried)
        assert max(np.abs(ours[agent] - theirs[agent]).max() for agent in groups) < 1e-6
        seen, _, _ = env.step(ours)
    assert np.mean(np.abs(np.concatenate([*ours.values()], axis=1)) < 1.0) > 0.0, "not all of them at an end of their range"


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_day_at_once_is_its_steps(cell, shared):
    torch = pytest.importorskip("torch")
    actor = shared("recurrent").RecurrentActor(7, 3, (16, 12), cell)
    loud(actor)
    day, state, steps = torch.randn(24, 4, 2, 7), None, []
    for seen in day:
        mean, state = actor.step(seen, state)
        steps.append(mean)
    assert torch.allclose(actor(day), torch.stack(steps), atol=1e-6)


def test_what_was_seen_in_the_morning_is_learnt_from_in_the_evening(grouped, trainer_of):
    torch = pytest.importorskip("torch")
    trainer = trainer_of(grouped, actor="recurrent")
    group = trainer.run.groups["mg"]
    loud(group.pi)
    batch = trainer._batch(trainer.play(trainer.env, "cpu"), "mg")
    assert batch["seen"].shape[:3] == (24, 4, 3)
    seen = batch["seen"].clone().requires_grad_()
    (slope,) = torch.autograd.grad(group.likelihood(seen, batch["actions"])[-1].sum(), seen)
    assert (slope.abs().amax(dim=(1, 2, 3)) > 0.0).all()
    assert torch.allclose(group.likelihood(batch["seen"], batch["actions"]), batch["before"], atol=1e-4)


@pytest.mark.parametrize("kind", ["recurrent", "graph"])
def test_a_step_makes_good_actions_likelier(kind, small, trainer_of):
    trainer = trainer_of(small, lr=1e-2, clip=10.0, actor=kind)
    group = trainer.run.groups["mg"]
    batch = trainer._batch(trainer.play(trainer.env, "cpu"), "mg")
    batch["targets"] = 0.0 * batch["targets"]
    batch["gain"] = batch["actions"][..., 0] - group.pi(batch["seen"])[..., 0].detach()  # good is what lies above
    before = group.pi(batch["seen"])[..., 0].mean().item()
    trainer._learn({"mg": batch})
    assert group.pi(batch["seen"])[..., 0].mean().item() > before


@pytest.mark.parametrize("kind", ["recurrent", "graph"])
def test_a_seed_gives_the_same_weights_again(kind, small, trainer_of):
    torch = pytest.importorskip("torch")
    found = []
    for _ in range(2):
        trainer = trainer_of(small, actor=kind, rounds=1, epochs=1, batch=4, critic_rounds=1, critic_epochs=1)
        first = [one.clone() for one in trainer.run.groups["mg"].pi.parameters()]
        trainer.warm_start(np.random.default_rng(0))
        trainer.iterate()
        found.append([one.detach().clone() for one in trainer.run.groups["mg"].pi.parameters()])
        assert not any(torch.equal(one, other) for one, other in zip(first, found[-1], strict=True)), "all of them learn"
    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True))


def test_samples_become_the_days_that_they_were_collected_in(grouped, shared):
    arena, clone = shared("arena").BatchArena(grouped, "train", 2), shared("clone")
    groups = shared("nets").groups_of(arena.acting)
    rows = list(product(range(3), range(24), range(3), range(2)))  # round, step, agent, day
    days = clone._days_of(np.array(rows, dtype=np.float32), arena, "mg", groups)
    assert days.shape == (24, 3 * 3 * 2, 4)
    assert (days[:, :, 1] == np.arange(24)[:, None]).all()
    assert (days[:, :, [0, 2, 3]] == days[:1, :, [0, 2, 3]]).all()


@pytest.mark.parametrize("name", list_scenarios())
def test_subjects_are_a_tree_with_every_name_in_one_place(name, shared):
    scenario = load_scenario(name)
    acting = BatchEnv(scenario).acting
    for agent in acting.agents:
        found = shared("subjects").subjects_of(scenario, acting, agent)
        placed = [field for node in found.fields for field in node if field is not None] + [*found.reads]
        assert sorted(placed) == sorted({field.name for field in acting.fields(agent)})
        assert len(found.edges) == len(found.nodes) - 1
        reached = {0}
        for _ in found.nodes:
            reached |= {b for a, b in found.edges if a in reached} | {a for a, b in found.edges if b in reached}
        assert len(reached) == len(found.nodes)


def test_neighbours_in_the_graph_are_neighbours_along_the_feeder(grouped, shared):
    found = shared("subjects").subjects_of(grouped, BatchEnv(grouped).acting, "dso")
    joined = {frozenset((found.nodes[a], found.nodes[b])) for a, b in found.edges}
    assert frozenset(("850", "regulator.814")) in joined
    assert frozenset(("root", "network")) in joined


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"actor": "recurent"}, "did you mean 'recurrent'"), ({"actor": "recurrent", "cell": "gur"}, "did you mean 'gru'")],
)
def test_actors_of_no_known_kind_are_refused(changes, told, small, trainer_of):
    with pytest.raises(GridbenchError, match=told):
        trainer_of(small, **changes)
