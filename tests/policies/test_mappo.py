"""The MAPPO recipe: groups, imitation, and actors that leave torch unchanged. Needs torch and ray."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from gridbench.envs.batch import BatchEnv
from gridbench.policies import make_policy
from gridbench.policies.network_file import write_network

RECIPE = Path(__file__).resolve().parents[2] / "baselines" / "mappo"
pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(
        not all(importlib.util.find_spec(one) for one in ("torch", "ray")), reason="needs the extra `rl` (torch and ray)"
    ),
]


@pytest.fixture
def recipe(monkeypatch):
    """Return a function that imports a file of the recipe."""
    monkeypatch.syspath_prepend(str(RECIPE.parent))
    monkeypatch.syspath_prepend(str(RECIPE))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    yield importlib.import_module
    for name in [one for one in sys.modules if one in {"module", "days"} or one.split(".")[0] == "common"]:
        sys.modules.pop(name)


@pytest.fixture
def config(recipe):
    return recipe("common.recipe").read_recipe(RECIPE)


def test_microgrids_share_an_actor(scenario, recipe):
    found = recipe("common.nets").groups_of(BatchEnv(scenario).acting)
    assert found == {"mg_0": ("mg", 0, 3), "mg_1": ("mg", 1, 3), "mg_2": ("mg", 2, 3), "dso": ("dso", 0, 0)}


def test_exported_actors_act_as_in_torch(scenario, recipe, config, tmp_path):
    import torch  # noqa: PLC0415

    nets, clone = recipe("common.nets"), recipe("common.clone")
    env = BatchEnv(scenario, 5)
    groups = nets.groups_of(env.acting)
    nets.seed_torch(0)
    made = clone.make_nets(env.acting, groups, config)
    for actor in made.actors.values():
        torch.nn.init.normal_(nets.linears(actor)[-1].weight, std=0.1)
    page, arrays = nets.exported(made.actors, groups, env.acting)
    write_network(tmp_path / "out", {"name": "mappo", "version": "1", "information": "shared", **page}, arrays)
    policy = make_policy(tmp_path / "out", scenario)
    seen = env.reset([scenario.window("train", day) for day in range(5)])
    for _ in range(6):
        ours, theirs = policy.act(seen), clone.act(groups, made, seen, None)
        assert max(np.abs(ours[agent] - theirs[agent]).max() for agent in groups) < 1e-5
        seen, _, _ = env.step(ours)


def test_targets_at_the_ends_are_moved_beyond_them(recipe):
    moved = recipe("common.clone").beyond(np.array([[-1.0, -0.5, 0.0, 1.0]]), 0.5)
    assert np.allclose(moved, [[-1.5, -0.5, 0.0, 1.5]])


def test_the_reference_bill_calms_the_reward_and_ranks_alike(scenario, recipe, config):
    shaped = recipe("common.reward").Shaped
    day = scenario.window("train", 3)
    weather = np.array([[day[column][0] for column in scenario.columns]])
    reward = shaped(scenario, config)
    assert reward(weather, np.array([10.0])) > reward(weather, np.array([60.0]))
    difference = reward(weather, np.array([10.0])) - reward(weather, np.array([60.0]))
    assert np.isclose(difference, 50.0 / (config["unit"] * scenario.reward_usd))
    assert reward(weather, np.array([1e6])) == config["floor"]
