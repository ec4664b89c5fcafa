"""Imitation of the oracle: plans cost what the oracle says, labels mean the same, states are those reached, nothing is lost."""

from __future__ import annotations

import importlib
import importlib.util
import os
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from trainer_files import BASELINES

from gridbench.oracle import solve
from gridbench.oracle.certify import Replay, idle_asks
from gridbench.plant.layout import layout
from gridbench.policies import make_policy
from gridbench.policies.network_file import read_spec

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = BASELINES / "dagger"
SHORT = ["hidden=16", "days=2", "dagger_days=2", "fit_epochs=2", "batch=4", "rounds=1", "epochs=1", "critic_rounds=1"]
SHORT += ["critic_epochs=1", "validation_days=1", "days_per_iteration=8", "minibatch=48", "ppo_epochs=1"]


@pytest.fixture
def files(shared, monkeypatch):  # noqa: ARG001
    """The files of baselines/dagger, imported as the script does."""
    monkeypatch.syspath_prepend(str(FOLDER))
    spec = importlib.util.spec_from_file_location("dagger_train", FOLDER / "train.py")
    train = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "dagger_train", train)
    spec.loader.exec_module(train)
    own = {name: importlib.import_module(name) for name in ("expert", "plans", "labels", "blend")}
    yield SimpleNamespace(train=train, **own)
    for name in own:
        sys.modules.pop(name)


def dawn(scenario):
    return layout(scenario).initial


def test_a_plan_costs_what_the_oracle_finds_and_not_less_than_its_bound(files, small):
    columns = small.window("train", 3)
    found = solve(small, "train", 3, time_limit_s=20.0, gap=0.02, threads=1)
    for margin_pu in (0.0, 0.01):
        plan = files.expert.planned(small, columns, 0, dawn(small), margin_pu)
        replay = Replay(small, columns)
        usd = replay.cost_usd(plan.asks)
        assert plan.bound_usd <= found.witness_usd
        assert found.bound_usd <= usd <= 1.01 * found.witness_usd
        v_pu = replay.day(plan.asks)["v_pu"][:, 1:]
        assert v_pu.max() <= small.voltage.v_max_pu - margin_pu + 1e-4


def test_the_rest_of_a_day_is_planned_from_the_states_of_the_plant(files, small):
    columns, t = small.window("train", 5), 9
    env = files.train.BatchEnv(small)
    env.reset([columns])
    rng, cost_usd = np.random.default_rng(0), 0.0
    while env.plant.t < t:
        env.step({agent: rng.uniform(-1.0, 1.0, (1, size)) for agent, size in env.codec.sizes.items()})
    plan = files.expert.planned(small, columns, t, env.plant.states[0])
    for asks in plan.asks:
        _, _, result = env.step_asks(asks[None].astype(np.float64))
        cost_usd += result.cost_usd[0]
        free = result.clipped[0]
    assert env.over
    assert len(plan.asks) == small.steps - t
    assert free == 0.0, "what is planned can be done from there"
    assert plan.bound_usd <= cost_usd <= 1.05 * plan.bound_usd + 20.0


def test_labels_cost_the_same_and_say_where_they_matter(files, grouped):
    columns = grouped.window("train", 40)
    asks = files.expert.planned(grouped, columns, 0, dawn(grouped)).asks.astype(np.float64)
    env = files.train.BatchEnv(grouped)
    env.reset([columns])
    usd, off, at = 0.0, 0, layout(grouped).ask("MG1.diesel.on")
    for row in asks:
        wanted, matters = files.labels.labelled(env, row[None])
        names = dict(zip(env.codec.names["mg_0"], range(99), strict=False))
        if row[at] == 0.0:
            off += 1
            assert matters["mg_0"][0, names["MG1.diesel.q_mvar"]] == 0.0, "the reactive power of a unit that is off"
        if matters["mg_0"][0, names["load.MG1.671.shed_mw"]]:
            assert wanted["mg_0"][0, names["load.MG1.671.shed_mw"]] == -1.0, "nothing is shed"
        random = {agent: np.random.default_rng(1).uniform(-1.0, 1.0, one.shape) for agent, one in wanted.items()}
        asked = {agent: np.where(matters[agent], one, random[agent]) for agent, one in wanted.items()}
        real = env.codec.decode(asked)
        whole = [i for i, span in enumerate(layout(grouped).ask_spans) if span.integer]
        real[:, whole] = row[whole]
        usd += env.step_asks(real)[2].cost_usd[0]
    assert off > 0
    assert usd == pytest.approx(Replay(grouped, columns).cost_usd(asks.astype(np.float32)), rel=2e-3)


def test_the_expert_is_asked_from_the_states_that_the_policy_reached(files, small, shared):
    asked, rest = [], idle_asks(small)

    def plans(tasks):
        asked.extend(tasks)
        return [files.expert.Plan(t, rest[t:], 0.0, 0.5) for _, t, _ in tasks]

    plans.scenario = small
    recipe = shared("recipe").read_recipe(FOLDER, ["days=3", "dagger_days=3"])
    school = files.train.School(plans_of(plans), recipe)
    rule = make_policy("rule", small)
    school.after(rule)
    assert {t for _, t, _ in asked} <= set(range(1, small.steps))
    for day, t, states in asked:
        env = files.train.BatchEnv(small)
        columns = small.window("train", day)
        seen = env.reset([columns])
        rule.reset(small, columns, 0)
        for _ in range(t):
            seen, _, _ = env.step_asks(env.codec.decode(rule.act(seen)))
        assert np.array_equal(states, env.plant.states[0])
    taught, last = school.taught, max(t for _, t, _ in asked)
    assert taught.steps == 3 * (last + small.steps)
    assert (taught.plans, taught.cpu_s) == (3, 1.5)
    assert len(taught.samples.of(next(iter(taught.samples.seen)))[0]) == sum(small.steps - t for _, t, _ in asked)


def plans_of(function):
    """Return an object that is called as `Plans` is, and has a scenario."""
    return type("Fake", (), {"scenario": function.scenario, "__call__": lambda _, tasks, __: function(tasks)})()


def test_interrupted_solves_lose_nothing_and_are_not_made_twice(files, small, tmp_path, monkeypatch):
    tasks = [(day, day % 5, dawn(small)) for day in range(12)]
    made = []

    def fake(scenario, columns, t, states, margin_pu):  # noqa: ARG001
        if len(made) == 5 and "stop" not in made:
            made.append("stop")
            raise KeyboardInterrupt
        made.append(t)
        return files.expert.Plan(t, idle_asks(small)[t:], float(t), 0.25)

    monkeypatch.setattr(files.plans, "planned", fake)
    with pytest.raises(KeyboardInterrupt):
        files.plans.Plans("ieee13-v1", tmp_path / "a")(tasks)
    again = files.plans.Plans("ieee13-v1", tmp_path / "a")
    found = again(tasks)
    assert len(made) == 1 + len(tasks)
    files.plans.Plans("ieee13-v1", tmp_path / "b")(tasks)
    assert again.path.read_bytes() == (tmp_path / "b" / again.path.name).read_bytes()
    assert [(one.t, one.bound_usd) for one in found] == [(t, float(t)) for _, t, _ in tasks]
    assert files.plans.Plans("ieee13-v1", tmp_path / "a", 0.01).path != again.path


def test_a_file_of_plans_that_is_damaged_is_refused(files, tmp_path):
    path = files.plans.Plans("ieee13-v1", tmp_path).path
    path.write_bytes(b"no archive")
    with pytest.raises(files.train.GridbenchError, match="restore it"):
        files.plans.Plans("ieee13-v1", tmp_path)


def test_the_blend_is_rule_without_trust_and_refuses_what_is_no_trust(files, small, shared):
    recipe = shared("recipe").read_recipe(FOLDER, ["hidden=16"])
    env = files.train.BatchEnv(small, 2)
    seen = env.reset([small.window("train", day) for day in (1, 2)])
    nets = files.train.make_nets(env.acting, files.train.groups_of(env.acting), recipe)
    rule, none = make_policy("rule", small), dict.fromkeys(recipe["trust"], 0.0)
    blend = files.blend.Blend(small, nets, none)
    for policy in (rule, blend):
        policy.reset(small, small.window("train", 1), 0)
    assert all(np.array_equal(rule.act(seen)[agent], blend.act(seen)[agent]) for agent in env.agents)
    with pytest.raises(files.train.GridbenchError, match="from 0 to 1"):
        files.blend.Blend(small, nets, none | {"storage.p_mw": 1.5})
    with pytest.raises(files.train.GridbenchError, match=r"generator\.on"):
        files.blend.Blend(small, nets, {kind: 0.0 for kind in none if kind != "generator.on"})


def test_it_learns_from_start_to_end_and_a_seed_gives_the_same_bytes(small, tmp_path):
    pytest.importorskip("torch")
    command = [sys.executable, str(FOLDER / "train.py"), "--scenario", "ieee13", "--steps", "500"]
    command += ["--plans", str(tmp_path / "plans")]
    for name, hash_seed in (("one", "1"), ("two", "2")):
        told = subprocess.run(  # noqa: S603 - our own script
            [*command, "--out", str(tmp_path / name), "--set", *SHORT], check=True, text=True, capture_output=True,
            env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": hash_seed},
        ).stdout  # fmt: skip
        assert "imitation: " in told
    for part in ("start", "last", "best"):
        weights = [(tmp_path / name / part / "weights.safetensors").read_bytes() for name in ("one", "two")]
        assert weights[0] == weights[1]
    start, last = (read_spec(tmp_path / "one" / part) for part in ("start", "last"))
    assert (start.name, last.name) == ("dagger", "dagger")
    assert start.facts["expert_plans"] == 4
    assert 2 * (24 + 24) < start.training.environment_steps <= 2 * (24 + 24 + 23)
    assert last.training.environment_steps == start.training.environment_steps + 2 * 8 * 24
    assert {"start", "expert_cpu_s", "teacher"} <= last.facts.keys()
    assert make_policy(tmp_path / "one" / "best", small).name == "dagger"
    _starts_exactly(tmp_path / "one" / "start", tmp_path)


def _starts_exactly(start: Path, tmp_path: Path) -> None:
    """Train no step from a folder, and see its very weights; other sizes are refused."""
    fast = [sys.executable, str(BASELINES / "fast" / "train.py"), "--scenario", "ieee13", "--start", str(start), "--steps", "1"]
    short = [one for one in SHORT if one.partition("=")[0] not in {"days", "dagger_days", "fit_epochs"}]
    subprocess.run([*fast, "--out", str(tmp_path / "zero"), "--set", *short], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    assert (tmp_path / "zero" / "last" / "weights.safetensors").read_bytes() == (start / "weights.safetensors").read_bytes()
    other = subprocess.run(  # noqa: S603
        [*fast, "--out", str(tmp_path / "other"), "--set", *short, "hidden=8"], check=False, text=True, capture_output=True
    )
    assert other.returncode == 3
    assert "layers of" in other.stderr
