"""Networks by training seed: a seed of a run is played by the network of that training, and by no other."""

from __future__ import annotations

import csv
import json
from itertools import pairwise

import numpy as np
import pytest

from gridbench.bench.plan import first_seeds
from gridbench.bench.runner import run
from gridbench.envs.batch import BatchEnv
from gridbench.errors import InvalidInput
from gridbench.policies import make_policy
from gridbench.policies.network import Network, fields_digest
from gridbench.policies.network_file import PAGE, WEIGHTS, write_network
from gridbench.policies.seeded import Seeded
from gridbench.policies.shield import Shield


@pytest.fixture(scope="module")
def env(scenario):
    return BatchEnv(scenario, 2)


def written(folder, env, seed, **page):
    """Write a small network, drawn from a seed, and return it."""
    rng = np.random.default_rng(seed)
    modules, agents, arrays = {}, {}, {}
    for agent in env.agents:
        sizes = [env.observer.sizes[agent], 4, env.codec.sizes[agent]]
        modules[agent] = {"sizes": sizes}
        agents[agent] = {"module": agent, "one_hot": None, "fields": fields_digest(env.observer, agent)}
        for i, (inputs, outputs) in enumerate(pairwise(sizes)):
            arrays[f"{agent}.{i}.weight"] = (0.1 * rng.standard_normal((outputs, inputs))).astype(np.float32)
            arrays[f"{agent}.{i}.bias"] = np.zeros(outputs, dtype=np.float32)
    facts = {"environment_steps": 100 * (seed + 1), "seconds": 2.0 * seed, "device": "cpu"}
    training = {**facts, "seeds": (seed,), "scenarios": ("s",)}
    told = {"name": "tiny", "version": "1", "information": "shared", "training": training}
    told |= {"facts": {"seed": seed, "threads": 1}, **page}
    write_network(folder / f"seed-{seed}", {**told, "modules": modules, "agents": agents}, arrays)
    return Network(env.scenario, folder / f"seed-{seed}")


def rows(folder):
    """Return the episodes of a run."""
    with (folder / "episodes.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def folder(tmp_path, env):
    for seed in (0, 1, 4):
        written(tmp_path, env, seed)
    return tmp_path


def test_a_seed_is_played_by_the_network_of_that_training(folder, env):
    policy = make_policy(folder, env.scenario)
    days = [env.scenario.window("train", day) for day in (3, 4)]
    seen = env.reset(days)
    for seed in (4, 0, 1):
        alone = Network(env.scenario, folder / f"seed-{seed}")
        policy.reset(env.scenario, days[0], seed)
        for agent, action in alone.act(seen).items():
            assert policy.act(seen)[agent].tobytes() == action.tobytes()


def test_it_states_what_all_trainings_have_in_common(folder, env):
    policy = Seeded(env.scenario, folder)
    assert policy.trained_seeds == (0, 1, 4)
    assert (policy.name, policy.kind, policy.information, policy.deterministic) == ("tiny", "learned", "shared", False)
    told = policy.training
    assert (told["environment_steps"], told["seconds"]) == (round((100 + 200 + 500) / 3), round(10 / 3, 1))
    assert (told["seeds"], told["facts"]) == ((0, 1, 4), {"threads": 1})
    before = policy.digest
    written(folder, env, 2)
    assert Seeded(env.scenario, folder).digest != before


def test_seeds_of_a_run_are_those_that_were_trained(folder, env):
    policy = Seeded(env.scenario, folder)
    assert first_seeds(policy, None) == first_seeds(Shield(policy), None) == (0, 1, 4)
    assert first_seeds(policy, 2) == (0, 1)
    with pytest.raises(InvalidInput, match="trained with seeds 0, 1, 4"):
        first_seeds(policy, 4)
    with pytest.raises(InvalidInput, match="seed 2 was not trained: choose from 0, 1, 4"):
        policy.reset(env.scenario, env.scenario.window("train", 0), 2)


def test_a_record_holds_a_training_by_seed(folder, env, tmp_path):
    both = run(env.scenario, Seeded(env.scenario, folder), days=1, out=tmp_path / "both")
    alone = run(env.scenario, Network(env.scenario, folder / "seed-0"), days=1, out=tmp_path / "alone")
    assert both.record.protocol.seeds == (0, 1, 4)
    costs = {one["seed"]: one["cost_usd"] for one in rows(both.folder)}
    assert costs["0"] == rows(alone.folder)[0]["cost_usd"]
    assert len(set(costs.values())) == 3


def test_all_faults_of_all_seeds_are_told_at_once(folder, env):
    page = folder / "seed-1" / PAGE
    page.write_text(json.dumps({**json.loads(page.read_text()), "version": 7}))
    (folder / "seed-4" / WEIGHTS).write_bytes(b"")
    written(folder, env, 5)
    (folder / "seed-5").rename(folder / "seed-05")
    with pytest.raises(InvalidInput) as error:
        make_policy(folder, env.scenario)
    told = str(error.value)
    assert all(one in told for one in ("seed-1: version", "seed-4: is no safetensors file", "seed-05: is no seed"))


def test_networks_of_two_names_are_no_seeds_of_one_policy(folder, env):
    written(folder, env, 2, name="other", information="local")
    with pytest.raises(InvalidInput, match="name differs between seeds: other, tiny") as error:
        Seeded(env.scenario, folder)
    assert "information differs between seeds: local, shared" in str(error.value)
