"""A trained network runs as written down, and a damaged one does not run at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from safetensors.numpy import load, save

from gridbench.envs.batch import BatchEnv
from gridbench.errors import InvalidInput, UnknownName
from gridbench.policies import make_policy
from gridbench.policies.network import Network, fields_digest
from gridbench.policies.network_file import PAGE, WEIGHTS, digest_of, write_network

HIDDEN = 16


@pytest.fixture(scope="module")
def env(scenario):
    return BatchEnv(scenario, 3)


@pytest.fixture
def folder(tmp_path, env):
    page, arrays = made(env)
    write_network(tmp_path / "net", page, arrays)
    return tmp_path / "net"


def made(env):
    rng = np.random.default_rng(0)
    modules, agents, arrays = {}, {}, {}
    for agent in env.agents:
        module = "mg" if agent.startswith("mg") else agent
        mark = {"index": int(agent[-1]), "size": 3} if module == "mg" else None
        sizes = [env.observer.sizes[agent] + (3 if mark else 0), HIDDEN, env.codec.sizes[agent]]
        modules[module] = {"sizes": sizes}
        agents[agent] = {"module": module, "one_hot": mark, "fields": fields_digest(env.observer, agent)}
        for i, (inputs, outputs) in enumerate(pairwise(sizes)):
            arrays[f"{module}.{i}.weight"] = (0.1 * rng.standard_normal((outputs, inputs))).astype(np.float32)
            arrays[f"{module}.{i}.bias"] = (0.1 * rng.standard_normal(outputs)).astype(np.float32)
    page = {"name": "tiny", "version": "1", "information": "shared", "modules": modules, "agents": agents}
    return page, arrays


def rewrite_page(folder, change):
    page = json.loads((folder / PAGE).read_text())
    change(page)
    (folder / PAGE).write_text(json.dumps(page))


def rewrite_weights(folder, change):
    arrays = dict(load((folder / WEIGHTS).read_bytes()))
    change(arrays)
    data = save(arrays)
    (folder / WEIGHTS).write_bytes(data)
    rewrite_page(folder, lambda page: page.update(sha256=digest_of(data)))


def test_it_acts_as_the_formula_says(scenario, env, folder):
    policy = make_policy(folder, scenario)
    assert isinstance(policy, Network)
    assert (policy.kind, policy.name, policy.deterministic) == ("learned", "tiny", True)
    assert policy.parameters == sum(array.size for array in made(env)[1].values())
    seen = env.reset([scenario.window("train", day) for day in (1, 2, 3)])
    actions = policy.act(seen)
    arrays = made(env)[1]
    for agent in env.agents:
        module = "mg" if agent.startswith("mg") else agent
        x = seen[agent].astype(np.float64)
        if module == "mg":
            x = np.concatenate([x, np.tile(np.eye(3)[int(agent[-1])], (3, 1))], axis=1)
        hidden = np.tanh(x @ arrays[f"{module}.0.weight"].T + arrays[f"{module}.0.bias"])
        wanted = np.clip(hidden @ arrays[f"{module}.1.weight"].T + arrays[f"{module}.1.bias"], -1, 1)
        assert np.allclose(actions[agent], wanted, atol=1e-5)
        assert actions[agent].dtype == np.float64
    env.step(actions)


def test_a_module_may_read_a_part_of_the_observation(tmp_path, scenario, env):
    page, arrays = made(env)
    part = [field.name for field in env.observer.fields("dso")][3:]
    page["agents"]["dso"].update(reads=part, fields=fields_digest(env.observer, "dso", part))
    page["modules"]["dso"]["sizes"] = [len(part), *page["modules"]["dso"]["sizes"][1:]]
    whole = arrays["dso.0.weight"]
    write_network(tmp_path / "part", page, {**arrays, "dso.0.weight": np.ascontiguousarray(whole[:, 3:])})
    blind, weights = made(env)
    weights["dso.0.weight"] = np.where(np.arange(whole.shape[1]) < 3, np.float32(0.0), whole)
    write_network(tmp_path / "blind", blind, weights)
    seen = env.reset([scenario.window("train", day) for day in (1, 2, 3)])
    reads, ignores = (make_policy(tmp_path / name, scenario).act(seen)["dso"] for name in ("part", "blind"))
    assert np.allclose(reads, ignores, atol=1e-6)


def test_text_with_a_separator_is_a_path(scenario, folder):
    assert make_policy(str(folder), scenario).name == "tiny"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: p.update(extra=1), ["extra"]),
        (lambda p: p.update(format="pickle"), ["format"]),
        (lambda p: p["modules"]["mg"].update(activation="swish"), ["activation"]),
        (lambda p: p["agents"]["dso"].update(module="nobody"), ["agents.dso.module", "nobody"]),
        (lambda p: p["agents"]["mg_1"]["one_hot"].update(index=3), ["agents.mg_1.one_hot"]),
        (lambda p: p["agents"].pop("mg_2"), ["agents.mg_2: missing"]),
        (lambda p: p["agents"].update(mg_9=p["agents"]["mg_0"]), ["agents.mg_9"]),
        (lambda p: p["agents"]["mg_0"].update(fields="sha256:" + "0" * 64), ["agents.mg_0.fields", "train again"]),
        (lambda p: p["agents"]["mg_0"].update(reads=["pric"]), ["agents.mg_0.reads", "pric", "price"]),
        (lambda p: p["agents"]["mg_0"].update(one_hot=None), ["agents.mg_0", "the module takes 51"]),
        (lambda p: p.update(sha256="sha256:" + "0" * 64), ["sha256", "export both"]),
        (lambda p: (p.pop("name"), p.pop("version")), ["name", "version"]),
    ],
)
def test_a_damaged_page_is_refused(scenario, folder, change, words):
    rewrite_page(folder, change)
    with pytest.raises(InvalidInput) as caught:
        make_policy(folder, scenario)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda a: a["mg.0.weight"].__setitem__((0, 0), np.nan), ["mg.0.weight", "1 entries are NaN"]),
        (lambda a: a.pop("dso.1.bias"), ["dso.1.bias", "missing"]),
        (lambda a: a.update(spy=np.zeros(3, np.float32)), ["spy", "no module"]),
        (lambda a: a.update({"dso.0.bias": np.zeros(4, np.float32)}), ["dso.0.bias", "(4,)", "(16,)"]),
        (lambda a: a.update({"dso.0.bias": np.zeros(16)}), ["float64", "float32"]),
    ],
)
def test_damaged_weights_are_refused(scenario, folder, change, words):
    rewrite_weights(folder, change)
    with pytest.raises(InvalidInput) as caught:
        make_policy(folder, scenario)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("cut", [0, 7, 100, -1])
def test_cut_files_are_refused(scenario, folder, cut):
    data = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(data[:cut])
    with pytest.raises(InvalidInput, match=WEIGHTS):
        make_policy(folder, scenario)


def test_missing_files_and_no_json_are_refused(scenario, folder):
    (folder / WEIGHTS).unlink()
    with pytest.raises(InvalidInput, match="cannot be read"):
        make_policy(folder, scenario)
    (folder / PAGE).write_text("{")
    with pytest.raises(InvalidInput, match="cannot be read"):
        make_policy(folder, scenario)


def test_no_trained_weights_for_an_unknown_scenario(scenario):
    with pytest.raises(UnknownName, match="trained mappo weights"):
        make_policy("mappo", replace(scenario, name="nowhere"))


def test_running_a_network_imports_neither_ray_nor_torch(folder):
    code = (
        "import sys; from gridbench.policies import make_policy; from gridbench.scenario.catalogue import load_scenario;"
        f"make_policy({str(folder)!r}, load_scenario('ieee34_ieee13-v1')); print({{'ray', 'torch'}} & set(sys.modules))"
    )
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    assert told.stdout.strip() == "set()"
