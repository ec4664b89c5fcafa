"""The shield: what it prevents, what it leaves alone, and what it says of itself."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import numpy as np
import pytest

from gridbench.bench.episode import play
from gridbench.bench.intervals import published
from gridbench.bench.journal import Journal
from gridbench.bench.metrics import measure
from gridbench.bench.record import read_record
from gridbench.bench.runner import run
from gridbench.bench.verify import verify
from gridbench.bench.world import World
from gridbench.errors import InvalidInput, UnknownName
from gridbench.policies import make_policy
from gridbench.policies.shield import Shield
from gridbench.scenario.catalogue import load_scenario

WORLDS: dict[str, World] = {}


def played(name, policy, day):
    world = WORLDS.setdefault(name, World(load_scenario(name)))
    made = make_policy(policy, world.scenario)
    episode = play(world, made, "test", day, 0)
    return measure(world.scenario, world.scenario.window("test", day), episode.trajectory), episode


def first_day(name):
    return load_scenario(name).split("test").days[0]


@pytest.mark.parametrize(
    ("name", "policy", "most"),
    [("ieee13", "random", 0.0), ("ieee34", "rule", 0.0), ("ieee34_ieee13", "rule", 0.0), ("ieee34_ieee13", "random", 0.2)],
)
def test_limits_hold_where_the_plain_policy_passes_them(name, policy, most):
    day = load_scenario(name).split("test").days[5 if name == "ieee34" else 0]
    plain, _ = played(name, policy, day)
    shielded, episode = played(name, f"shielded:{policy}", day)
    steps = load_scenario(name).steps
    assert plain["violating_steps_share"] > 0.1
    assert shielded["violating_steps_share"] <= most
    assert shielded["blackout_steps"] == 0.0
    assert episode.notes["corrected_steps"] > 0.0
    assert episode.notes["correction_spans"] > 0.0
    assert episode.notes["uncorrectable_steps"] == round(steps * shielded["violating_steps_share"])
    assert shielded["cost_usd"] >= published(load_scenario(name), "test")[day].bound_usd


def test_a_policy_that_passes_no_limit_is_left_alone_to_the_last_bit():
    day = load_scenario("ieee34_ieee13").split("test").days[1]
    plain, alone = played("ieee34_ieee13", "rule", day)
    _, guarded = played("ieee34_ieee13", "shielded:rule", day)
    assert plain["violating_steps_share"] == 0.0
    np.testing.assert_array_equal(guarded.trajectory.asks, alone.trajectory.asks)
    assert set(guarded.notes.values()) == {0.0}
    assert alone.notes == {}


def test_only_steps_that_pass_a_limit_are_corrected():
    day = first_day("ieee13")
    _, episode = played("ieee13", "shielded:random", day)
    _, alone = played("ieee13", "random", day)
    same = (episode.trajectory.asks == alone.trajectory.asks).all(axis=1)
    assert 0.0 < (~same).sum() == episode.notes["corrected_steps"] < len(same)


def test_powers_move_before_taps_and_commitment():
    scenario, day = load_scenario("ieee34_ieee13"), first_day("ieee34_ieee13")
    _, guarded = played("ieee34_ieee13", "shielded:rule", day)
    _, again = played("ieee34_ieee13", "shielded:rule", day)
    np.testing.assert_array_equal(guarded.trajectory.asks, again.trajectory.asks)
    policy, world = make_policy("shielded:rule", scenario), WORLDS["ieee34_ieee13"]
    inner = policy.inner.act
    asked = []
    policy.inner.act = lambda seen: asked.append(inner(seen)) or asked[-1]
    episode = play(world, policy, "test", day, 0)
    wished = np.array([world.decode(one)[0] for one in asked])
    whole = np.array([span.integer for span in policy.layout.ask_spans])
    assert episode.notes["corrected_steps"] > 0.0
    np.testing.assert_array_equal(episode.trajectory.asks[:, whole], wished[:, whole])


def test_it_says_what_it_knows_and_is_made_of(scenario):
    rule, shield = make_policy("rule", scenario), make_policy("shielded:rule", scenario)
    assert (shield.name, shield.kind, shield.information) == ("shielded:rule", "rule", "full")
    assert Shield(make_policy("mpc", scenario)).information == "forecast"
    assert shield.digest != Shield(make_policy("idle", scenario)).digest != rule.digest
    assert Shield(make_policy("random", scenario)).deterministic is False
    assert not shield.batched
    with pytest.raises(UnknownName, match="did you mean 'rule'"):
        make_policy("shielded:ruel", scenario)


def test_it_asks_for_a_reset_and_for_one_day_at_a_time(scenario):
    policy, world = make_policy("shielded:idle", scenario), World(scenario)
    columns = scenario.window("test", 12)
    seen = world.reset([columns])
    with pytest.raises(InvalidInput, match="call reset"):
        policy.act(seen)
    policy.reset(scenario, columns, 0)
    with pytest.raises(InvalidInput, match="one at a time"):
        policy.act({agent: np.repeat(one, 2, axis=0) for agent, one in seen.items()})
    with pytest.raises(InvalidInput, match="with other files"):
        policy.reset(replace(scenario, digest="sha256:" + "0" * 64), columns, 0)


def test_it_believes_what_it_sees_where_that_is_not_what_it_reckoned(scenario):
    policy, world = make_policy("shielded:idle", scenario), World(scenario)
    columns = scenario.window("test", 12)
    seen = world.reset([columns])
    policy.reset(scenario, columns, 0)
    np.testing.assert_array_equal(policy._states(seen), policy.layout.initial[None])
    policy._expected = policy._expected + policy._spans
    np.testing.assert_allclose(policy._states(seen)[0], policy.layout.initial, atol=1e-5)


def test_a_step_without_correction_costs_little_beside_one_with():
    scenario, day = load_scenario("ieee34_ieee13"), first_day("ieee34_ieee13")
    world, policy = World(scenario), make_policy("shielded:rule", scenario)
    observations = world.reset([scenario.window("test", day)])
    policy.reset(scenario, scenario.window("test", day), 0)
    spent = {True: [], False: []}
    for _ in range(scenario.steps):
        before, begun = policy.notes["corrected_steps"], time.perf_counter()
        actions = policy.act(observations)
        spent[policy.notes["corrected_steps"] > before].append(time.perf_counter() - begun)
        observations, _ = world.step(world.decode(actions))
    assert 10.0 * np.median(spent[False]) < np.median(spent[True])


def test_a_record_holds_the_corrections_and_one_without_has_no_such_key(tmp_path):
    outcome = run("ieee34", "shielded:rule", days=2, out=tmp_path / "shielded", quiet=True)
    notes = read_record(outcome.folder).notes
    assert notes is not None
    assert notes["corrected_steps"] > 0.0
    assert verify(outcome.folder) == []
    plain = run("ieee34", "idle", days=1, out=tmp_path / "plain", quiet=True)
    assert "notes" not in json.loads((plain.folder / "record.json").read_text())


def test_a_journal_keeps_the_notes(tmp_path):
    _, episode = played("ieee34", "shielded:rule", load_scenario("ieee34").split("test").days[5])
    scenario = load_scenario("ieee34")
    journal = Journal(tmp_path, {"scenario": "a"}).open(resume=False)
    journal.add([episode.finished(scenario, scenario.window("test", episode.day))])
    journal.close()
    again = Journal(tmp_path, {"scenario": "a"}).open(resume=True)
    assert again.episodes()[0, episode.day].notes == episode.notes
    again.remove()
