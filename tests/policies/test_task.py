"""What a foreign policy is told: the scenario's own fields and asks, in order, and nothing of its series."""

from __future__ import annotations

import json

import numpy as np

from gridbench.envs.batch import BatchEnv
from gridbench.plant.layout import layout
from gridbench.policies.task import task


def test_it_is_the_observations_and_actions_of_the_environment(scenario):
    told, env = task(scenario), BatchEnv(scenario, 1)
    assert (told["scenario"], told["steps"], told["step_h"]) == (scenario.id, scenario.steps, scenario.step_h)
    assert list(told["agents"]) == list(env.codec.agents)
    seen = env.reset([scenario.window("test", 0)])
    for agent, part in told["agents"].items():
        assert len(part["observation"]) == seen[agent].shape[1]
        assert [one["name"] for one in part["observation"]] == [field.name for field in env.observer.fields(agent)]
        assert [one["name"] for one in part["action"]] == list(env.codec.names[agent])
        assert all(set(one) == {"name", "unit", "offset", "scale", "meaning"} for one in part["observation"])
        assert all(set(one) == {"name", "unit", "low", "high", "integer"} for one in part["action"])


def test_the_ends_of_actions_are_the_asks_it_says(scenario):
    told, env = task(scenario), BatchEnv(scenario, 1)
    entries = {entry["name"]: entry for part in told["agents"].values() for entry in part["action"]}
    for end, word in ((-1.0, "low"), (1.0, "high")):
        asks = env.codec.decode({agent: np.full((1, size), end) for agent, size in env.codec.sizes.items()})[0]
        assert np.allclose(asks, [entries[name][word] for name in layout(scenario).asks])


def test_it_is_small_and_plain_json(scenario):
    text = json.dumps(task(scenario), allow_nan=False)
    assert json.loads(text) == task(scenario)
    assert len(text) < 64 * 1024
