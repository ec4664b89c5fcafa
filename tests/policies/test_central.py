"""One module for all agents: it acts as the formula says, and a page of it that is wrong does not run at all."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from gridbench.envs.batch import BatchEnv
from gridbench.errors import InvalidInput
from gridbench.policies import make_policy
from gridbench.policies.central import central_digest
from gridbench.policies.nets.page import Spec
from gridbench.policies.network_file import PAGE, wanted_shapes, write_network

HIDDEN = 8


@pytest.fixture(scope="module")
def env(scenario):
    return BatchEnv(scenario, 3)


def page_of(env, **module):
    agents = ("dso", "mg_2", "mg_0", "mg_1")  # an order of its own
    inputs = sum(env.observer.sizes[agent] for agent in agents)
    actions = sum(env.codec.sizes[agent] for agent in agents)
    modules = {"all": {"sizes": [inputs, HIDDEN, actions], "output": "tanh", "activation": "relu", **module}}
    central = {"module": "all", "agents": agents, "fields": central_digest(env.observer, agents)}
    return {"name": "whole", "version": "1", "information": "full", "modules": modules, "central": central}


def arrays_of(page):
    rng = np.random.default_rng(0)
    shapes = wanted_shapes(Spec(**page, sha256="sha256:" + "0" * 64))
    return {name: (0.1 * rng.standard_normal(shape)).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture
def folder(env, tmp_path):
    page = page_of(env)
    write_network(tmp_path / "net", page, arrays_of(page))
    return tmp_path / "net"


def test_it_acts_as_the_formula_says(scenario, env, folder):
    policy, page = make_policy(folder, scenario), page_of(env)
    arrays, agents = arrays_of(page), page["central"]["agents"]
    seen = env.reset([scenario.window("train", day) for day in (1, 2, 3)])
    x = np.concatenate([seen[agent] for agent in agents], axis=1)
    x = np.maximum(x @ arrays["all.0.weight"].T + arrays["all.0.bias"], 0.0)
    whole = np.tanh(x @ arrays["all.1.weight"].T + arrays["all.1.bias"])
    ends = np.cumsum([0, *(env.codec.sizes[agent] for agent in agents)])
    actions = policy.act(seen)
    assert list(actions) == list(agents)
    for agent, (begin, end) in zip(agents, pairwise(ends), strict=True):
        assert np.allclose(actions[agent], whole[:, begin:end], atol=1e-6)
    env.step(actions)
    assert (policy.information, policy.batched) == ("full", True)


def test_a_day_gives_the_same_bytes_alone(scenario, env, folder):
    policy, days = make_policy(folder, scenario), [scenario.window("train", day) for day in (1, 2, 3)]
    many, one = policy.act(env.reset(days)), BatchEnv(scenario, 1)
    for i, day in enumerate(days):
        alone = policy.act(one.reset([day]))
        assert all(np.array_equal(alone[agent][0], many[agent][i]) for agent in alone)


def test_a_recurrent_one_forgets_at_the_start_of_a_day(scenario, env, tmp_path):
    page = page_of(env)
    inputs, _, actions = page["modules"]["all"]["sizes"]
    page["modules"] = {"all": {"kind": "recurrent", "cell": "gru", "sizes": [inputs], "hidden": [4], "readout": [4, actions]}}
    write_network(tmp_path, page, arrays_of(page))
    policy, day = make_policy(tmp_path, scenario), [scenario.window("train", 1)] * 3
    seen = env.reset(day)
    policy.reset(scenario, day[0], 0)
    first, second = policy.act(seen)["dso"], policy.act(seen)["dso"]
    assert not np.array_equal(first, second)
    policy.reset(scenario, day[0], 0)
    assert np.array_equal(policy.act(seen)["dso"], first)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"information": "shared"}, "information: central sees what all agents see"),
        ({"central": {"module": "none"}}, "central.module: there is no module 'none'"),
        ({"central": {"agents": ["dso", "dso"]}}, "central.agents: dso is named more than once"),
        ({"central": {"agents": []}}, "central.agents"),
        ({"central": {"agents": ["dso", "mg_0", "mg_1"]}}, "mg_2 is missing"),
        ({"central": {"agents": ["dso", "mg_0", "mg_1", "mg_2", "mg_9"]}}, "mg_9 is no agent"),
        ({"central": {"agents": ["mg_0", "mg_1", "mg_2", "dso"]}}, "was trained on other observation fields"),
        ({"central": {"reads": ["price"]}}, "central.reads"),
        ({"central": None}, "agents: missing; name each with its module, or give central"),
        ({"agents": {"dso": {"module": "all", "fields": "sha256:" + "0" * 64}}}, "central acts for all of them"),
    ],
)
def test_a_wrong_page_is_refused(scenario, folder, change, said):
    page = json.loads((folder / PAGE).read_text())
    for key, one in change.items():
        page[key] = {**page[key], **one} if isinstance(one, dict) and key == "central" else one
    (folder / PAGE).write_text(json.dumps(page))
    with pytest.raises(InvalidInput, match=said):
        make_policy(folder, scenario)


@pytest.mark.parametrize(("at", "said"), [(0, "the module takes"), (-1, "the module gives")])
def test_sizes_that_do_not_fit_are_refused(scenario, env, tmp_path, at, said):
    page = page_of(env)
    page["modules"]["all"]["sizes"][at] += 1
    write_network(tmp_path, page, arrays_of(page))
    with pytest.raises(InvalidInput, match=said):
        make_policy(tmp_path, scenario)


def test_a_graph_cannot_act_for_all(env, tmp_path):
    page = page_of(env)
    actions = page["modules"]["all"]["sizes"][-1]
    page["modules"] = {"all": {"kind": "graph", "nodes": 1, "sizes": [1, 1], "readout": [1, actions]}}
    with pytest.raises(InvalidInput, match="is a graph"):
        write_network(tmp_path, page, arrays_of(page))
