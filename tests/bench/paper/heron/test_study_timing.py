"""Timing: without delays the timeline is step mode to the last bit, whatever scatters about nothing."""

from __future__ import annotations

import pytest

from gridbench.bench.paper.heron.plan import SCENARIO
from gridbench.bench.paper.heron.played import play
from gridbench.bench.paper.heron.shelf import shelf
from gridbench.bench.paper.heron.timing import POLICY, PROFILES, chosen, schedule, schedules, timed, told
from gridbench.envs.variant import Variant
from gridbench.heron import Jitter, Timing
from gridbench.places import data_folder
from gridbench.scenario.catalogue import load_scenario

DAYS = (12,)


@pytest.fixture(scope="module")
def still():
    return timed("synchronous", PROFILES["synchronous"], DAYS)


def test_the_synchronous_day_is_that_of_step_mode(still):
    weights = data_folder("baselines") / "mappo" / SCENARIO / "seed-0"
    plain = play(load_scenario(SCENARIO), weights, Variant(), Variant(), "test", DAYS)
    assert still.days.cost_usd == pytest.approx(plain.cost_usd, rel=1e-12)
    assert still.days.violating == plain.violating


def test_delays_of_zero_are_the_synchronous_day_exactly(still):
    scatter = Jitter("lognormal", 0.5)
    nothing = Timing(observation_s=0.0, action_s=0.0, message_s=0.0, jitter=scatter, tick_jitter=Jitter())
    assert timed("nothing", schedule(nothing, nothing), DAYS).days == still.days


def test_a_message_that_is_late_by_a_second_costs_a_device_that_looks_once_a_step_the_whole_step(still):
    late = [timed("late", schedule(Timing(), Timing(message_s=seconds)), DAYS).days for seconds in (1.0, 3000.0)]
    assert late[0] == late[1]
    assert late[0].cost_usd != still.days.cost_usd


def test_schedules_are_told_in_words():
    assert timed("one", schedule(Timing(action_s=0.5)), DAYS).schedule == {
        "devices": "action_s 0.5", "microgrids": "every step, at once", "operator": "every step, at once",
    }  # fmt: skip
    assert {name.partition("-")[0] for name in schedules(3600.0)} >= {*PROFILES, "action", "message", "jitter", "ratio"}
    assert chosen(range(20)) == (0, 8, 16)


def test_records_are_of_the_schedules_as_they_are():
    every, found = schedules(3600.0), shelf().timings
    assert found.keys() == every.keys()
    assert {name: one.schedule for name, one in found.items()} == {name: told(one) for name, one in every.items()}
    assert {one.policy_name for one in found.values()} == {POLICY}
    assert len({one.policy for one in found.values()}) == 1, "one policy in all of them"
