"""A contained policy acts as it would in this process, a day at a time, and loses days, never the run."""

from __future__ import annotations

import gc
import sys
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from gridbench.bench.episode import play
from gridbench.bench.world import World
from gridbench.errors import InvalidInput, PolicyFailure, UnknownName
from gridbench.isolation import choice
from gridbench.isolation.limits import Limits
from gridbench.isolation.protection import PROTECTIONS, IsolationError
from gridbench.policies.contained import Contained
from gridbench.policies.policy import Policy
from gridbench.policies.task import task

HONEST = """
from dataclasses import dataclass
import numpy as np
import helper

@dataclass
class Sizes:
    by_agent: dict[str, int]

class Policy:
    def __init__(self, task):
        self.sizes = Sizes({agent: len(part["action"]) for agent, part in task["agents"].items()})
        self.fields = {agent: [field["name"] for field in part["observation"]] for agent, part in task["agents"].items()}
    def reset(self, seed):
        self.rng = np.random.default_rng(seed)
        self.last = {agent: np.zeros(size, dtype=np.float32) for agent, size in self.sizes.by_agent.items()}
    def act(self, observations):
        for agent, size in self.sizes.by_agent.items():
            seen = observations[agent]
            assert seen.dtype == np.float32 and seen.shape == (len(self.fields[agent]),)
            drawn = self.rng.standard_normal(size) + helper.SCALE * seen.sum() / len(set(self.fields[agent]))
            self.last[agent] = np.tanh(self.last[agent] + drawn).astype(np.float32)
        return self.last
"""
HELPER = "SCALE = 0.5\n"
ABOUT = {
    "name": "mine", "version": "2", "kind": "learned", "information": "local", "digest": "sha256:" + "1" * 64,
    "parameters": 12, "authors": ("A. Author",), "url": "https://example.org",
}  # fmt: skip


class InProcess(Policy):
    """The same code without a wall, for comparison."""

    name, deterministic = "mine", False

    def __init__(self, scenario, folder, monkeypatch):
        super().__init__(scenario)
        monkeypatch.syspath_prepend(str(folder))
        self.policy = import_module("policy").Policy(task(scenario))
        for name in ("policy", "helper"):
            monkeypatch.delitem(sys.modules, name)

    def reset(self, scenario, columns, seed):
        super().reset(scenario, columns, seed)
        self.policy.reset(seed)

    def act(self, observations):
        actions = self.policy.act({agent: seen[0] for agent, seen in observations.items()})
        return {agent: action[None] for agent, action in actions.items()}


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "bundle"
    place.mkdir()
    (place / "policy.py").write_text(HONEST)
    (place / "helper.py").write_text(HELPER)
    return place


@pytest.fixture(scope="module")
def world(scenario):
    return World(scenario)


def contained(scenario, folder, **changes):
    return Contained(scenario, folder, **{"format": "python", "entry": "policy.py", **ABOUT, **changes})


SCRIPTED = """
import os, time
import numpy as np
class Policy:
    def __init__(self, task): self.task, self.step = task, -1
    def reset(self, seed): self.seed = seed
    def act(self, observations):
        self.step += 1
        good = {agent: np.zeros(len(one['action'])) for agent, one in self.task['agents'].items()}
        LINE
        return good
"""


def source(folder, line):
    (folder / "policy.py").write_text(SCRIPTED.replace("LINE", line))
    return folder


@pytest.mark.parametrize("protection", PROTECTIONS)
def test_an_honest_policy_acts_as_in_this_process(scenario, world, folder, protection, monkeypatch):
    if isinstance(choice.trial(protection), str):
        pytest.skip("does not work here")
    walled, free = contained(scenario, folder, protection=protection), InProcess(scenario, folder, monkeypatch)
    for day, seed in ((0, 0), (1, 5)):
        inside, outside = (play(world, policy, "test", day, seed) for policy in (walled, free))
        assert inside.failure is None
        assert inside.trajectory.asks.tobytes() == outside.trajectory.asks.tobytes()
        assert inside.trajectory.cost_usd.tobytes() == outside.trajectory.cost_usd.tobytes()
    assert walled.isolation == protection
    walled.close()


def test_it_says_what_it_is(scenario, folder):
    policy = contained(scenario, folder)
    assert policy.contained
    assert not policy.deterministic
    assert policy.isolation == choice.best()
    assert {name: getattr(policy, name) for name in ABOUT} == ABOUT
    assert contained(scenario, folder, training={"seconds": 1.0}).training == {"seconds": 1.0}


def test_a_day_is_lost_from_the_step_that_failed_and_the_next_is_not(scenario, world, folder):
    policy = contained(scenario, source(folder, "if self.seed == 1 and self.step == 3: os.kill(os.getpid(), 9)"))
    lost, kept = play(world, policy, "test", 0, 1), play(world, policy, "test", 0, 2)
    assert (lost.failure.step, lost.failure.reason) == (3, "ended by signal 9 (SIGKILL)")
    assert kept.failure is None
    assert np.array_equal(lost.trajectory.asks[:3], kept.trajectory.asks[:3])


@pytest.mark.parametrize("value", ["10 ** 30", "1.5", "-2"])
def test_numbers_out_of_range_lose_the_day_too(scenario, world, folder, value):
    policy = contained(scenario, source(folder, f"good['mg_1'] = [float({value})] * len(good['mg_1'])"))
    failure = play(world, policy, "test", 0, 0).failure
    assert failure.step == 0
    assert "out of [-1, 1]" in failure.reason


def test_no_day_knows_of_another_and_none_knows_its_number(scenario, folder):
    body = "raise ValueError([os.listdir('.'), self.seed, sorted(self.task), open('left', 'w').write('x')])"
    policy = contained(scenario, source(folder, body))
    reasons = set()
    for split, day in (("test", 0), ("test", 7), ("validation", 1)):
        policy.reset(scenario, scenario.window(split, day), 4)
        with pytest.raises(PolicyFailure) as caught:
            policy.act({agent: np.zeros((1, 2), dtype=np.float32) for agent in policy.codec.agents})
        reasons.add(caught.value.reason)
    assert len(reasons) == 1
    assert "[[], 4, ['agents', 'scenario', 'step_h', 'steps'], 1]" in reasons.pop()


def test_it_plays_one_day_at_a_time(scenario, folder):
    policy = contained(scenario, folder)
    observations = {agent: np.zeros((2, 3), dtype=np.float32) for agent in policy.codec.agents}
    with pytest.raises(PolicyFailure, match="before its day had begun"):
        policy.act(observations)
    policy.reset(scenario, scenario.window("test", 0), 0)
    with pytest.raises(InvalidInput, match="one day at a time"):
        policy.act(observations)


def test_it_is_for_one_scenario(scenario, folder):
    with pytest.raises(InvalidInput, match="make it for this scenario"):
        contained(scenario, folder).reset(replace(scenario, name="other"), scenario.window("test", 0), 0)


def test_nothing_is_left_when_it_is_forgotten(scenario, folder):
    policy = contained(scenario, folder)
    policy.reset(scenario, scenario.window("test", 0), 0)
    home = policy._house.folder
    assert home.is_dir()
    del policy
    gc.collect()
    assert not home.exists()


@pytest.mark.parametrize("entry", ["none.py", "../bundle/policy.py/..", "/etc/passwd", "../outside.py", "", "a" * 999, "\0"])
def test_an_entry_is_a_file_of_the_folder(scenario, folder, entry):
    (folder.parent / "outside.py").write_text("1")
    with pytest.raises(InvalidInput, match="there is no file"):
        contained(scenario, folder, entry=entry)


def test_what_cannot_be_run_is_refused(scenario, folder):
    with pytest.raises(InvalidInput, match="'pickle' is none of python, onnx"):
        contained(scenario, folder, format="pickle")
    (folder / "link").symlink_to("/etc")
    with pytest.raises(InvalidInput, match="'link': is a link"):
        contained(scenario, folder)


def test_where_nothing_can_lock_in_nothing_runs(scenario, folder, monkeypatch):
    monkeypatch.setattr(choice, "trial", lambda name: f"{name} is missing")
    with pytest.raises(IsolationError) as caught:
        contained(scenario, folder)
    for name in PROTECTIONS:
        assert f"  - {name} is missing" in str(caught.value)


def test_an_unknown_protection_is_told():
    with pytest.raises(UnknownName, match="namespaces"):
        choice.trial("namespace")


def test_limits_are_the_callers(scenario, folder):
    policy = contained(scenario, source(folder, "time.sleep(60)"), limits=Limits(decision_s=0.3))
    policy.reset(scenario, scenario.window("test", 0), 0)
    with pytest.raises(PolicyFailure, match=r"gave no answer within 0\.3 s"):
        policy.act({agent: np.zeros((1, 2), dtype=np.float32) for agent in policy.codec.agents})
