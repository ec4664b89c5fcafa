"""Scheduling: the queue, jitter, delays, disturbances, monitors, cancellation, the analyser."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridbench.errors import UnknownName
from gridbench.heron import (
    Change,
    EventEnv,
    Jitter,
    Monitor,
    Poisson,
    Schedule,
    Scheduled,
    Timing,
    make,
)
from gridbench.heron.errors import DeclarationError
from gridbench.heron.scheduling import Entry, EventQueue, Timeline, analyse, table
from gridbench.heron.scheduling.delays import Delays
from gridbench.heron.scheduling.jitter import KINDS

S = 10**9
ROOM = "room_a/climate.temperature_c"


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3))))
def test_events_come_by_time_then_phase_then_scheduling(given_events):
    queue, happened = EventQueue(), []
    for number, (time, order) in enumerate(given_events):
        queue.push(time, order, lambda t=time, o=order, n=number: happened.append((t, o, n)))
    while (event := queue.pop()) is not None:
        event.happen()
    assert happened == sorted(happened)
    assert len(happened) == len(given_events)


def test_cancelled_events_do_not_happen_and_the_past_is_closed():
    queue = EventQueue()
    first, second = queue.push(1, 0, list, "one"), queue.push(2, 0, list, "two")
    first.cancel()
    assert len(queue) == 1
    assert queue.pop() is second
    with pytest.raises(ValueError, match="late: 1 ns is before now, 2 ns"):
        queue.push(1, 0, list, "late")
    assert queue.pop() is None


@pytest.mark.parametrize("kind", KINDS)
def test_jitter_has_mean_one_and_its_scale(kind):
    draws = Jitter(kind, 0.1).draw(np.random.default_rng(0), 4000)
    spread = {"none": 0, "uniform": 0.1 / math.sqrt(3), "gaussian": 0.1, "lognormal": 0.1}[kind]
    assert np.mean(draws) == pytest.approx(1.0, abs=0.01)
    assert np.std(draws) == pytest.approx(spread, abs=0.01)
    assert min(draws) >= 0


def test_ticks_do_not_drift():
    delays = Delays("a", Timing(10.0, jitter=Jitter("uniform", 0.2), offset_s=5.0), 60 * S, 0)
    now = delays.first_tick()
    for n in range(1, 200):
        now = delays.next_tick(now)
        assert abs(now - (5 + 10 * n) * S) <= 2 * S


@pytest.mark.parametrize(
    ("timing", "said"),
    [
        (Timing(action_s=-1.0), "agent heater.action_s: -1 s is negative"),
        (Timing(observation_s=math.nan), "agent heater.observation_s: nan s is not finite"),
        (Timing(message_s=-0.1), "agent heater.message_s: -0.1 s is negative"),
        (Timing(tick_s=0.0), "agent heater.tick_s: 0 s is below a nanosecond"),
        (Timing(loss=1.5), "agent heater.loss: 1.5 is not a share"),
    ],
)
def test_bad_timings_are_refused_with_agent_and_field(timing, said):
    with pytest.raises(DeclarationError, match=said):
        Schedule(agents={"heater": timing})


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        (Schedule(agents={"boiler": Timing()}), "agent boiler: timing for no declared agent"),
        (Schedule({4: Timing()}), "level 4: timing for a level without agents"),
        (Schedule(disturbances=(Scheduled(Change("room_a/x", 1.0), (1.0,)),)), "unknown field 'room_a/x'"),
        (Schedule(disturbances=(Scheduled(Change(ROOM, math.nan), (1.0,)),)), "amount nan is not finite"),
        (Schedule(disturbances=(Scheduled(Change(ROOM, 1.0), (-1.0,)),)), "at_s: -1 s is negative"),
        (Schedule(disturbances=(Poisson(Change(ROOM, 1.0), -2.0),)), "rate_per_h -2.0"),
        (Schedule(monitors=(Monitor("m", ROOM),)), "monitor m: no limit"),
        (Schedule(monitors=(Monitor("m", ROOM, above=1, cooldown_s=-1, wakes=("x",)),)), "m.cooldown_s: -1 s(.|\n)*wakes 'x'"),
    ],
)
def test_bad_schedules_are_refused(schedule, said):
    with pytest.raises(DeclarationError, match=said):
        EventEnv(make("TwoRooms"), schedule)


def test_ticks_may_be_punctual_where_delays_scatter():
    scatter = Jitter("uniform", 1.0)
    punctual = Delays("a", Timing(10.0, action_s=1.0, jitter=scatter, tick_jitter=Jitter()), 60 * S, 3)
    ticks = [punctual.first_tick()]
    for _ in range(20):
        ticks.append(punctual.next_tick(ticks[-1]))
    assert ticks == [10 * n * S for n in range(21)]
    both = Delays("a", Timing(10.0, action_s=1.0, jitter=scatter), 60 * S, 3)
    drawn = [punctual.action() for _ in range(5)]
    assert drawn == [both.action() for _ in range(5)], "the delays are as they were"
    assert len(set(drawn)) == 5


def test_unknown_jitter_is_refused():
    for jitter, said in ((("norml", 1), "unknown kind 'norml'"), (("uniform", 2), "negative times"), (("none", -1), "scale -1")):
        with pytest.raises(DeclarationError, match=said):
            Jitter(*jitter)


def started(*disturbances, monitors=(), **timings):
    schedule = Schedule(agents=timings, disturbances=disturbances, monitors=monitors)
    env = EventEnv(make("TwoRooms", protocol="none", steps=100), schedule)
    env.reset(0)
    return env


@pytest.mark.parametrize("tick_s", [1.0, 7.3, 60.0, 900.0, 3600.0])
def test_energy_is_the_integral_of_power_whatever_the_tick(tick_s):
    rng = np.random.default_rng(1)
    env = started(heater=Timing(tick_s, action_s=0.4 * tick_s, jitter=Jitter("gaussian", 0.1)))
    heater = env.agents["heater"]
    heater.act = lambda seen, spec: spec.ask(np.array([[rng.uniform(0, 6), 1.0]]))  # noqa: ARG005
    env.step()
    env.step()
    acted = env.timeline.of("action", "heater")
    until = [e.time_ns for e in acted[1:]] + [env.queue.now_ns]
    held = [(end - e.time_ns) / S / 3600 * float(e.detail[1:].split(",")[0]) for e, end in zip(acted, until, strict=True)]
    assert env.state.get("heater/burner.energy_kwh")[0] == pytest.approx(sum(held), abs=1e-9)


def test_scheduled_disturbances_happen_when_scheduled_and_within_bounds():
    crowd = Scheduled(Change("room_b/occupants.people", 99.0), (1.0,))
    env = started(Scheduled(Change(ROOM, 30.0, sets=True), (100.0, 450.5)), crowd)
    env.step()
    happened = env.timeline.of("disturbance")
    assert [e.time_ns for e in happened] == [S, 100 * S, 450_500_000_000]
    assert env.state.get("room_b/occupants.people")[0] == 10


def test_poisson_disturbances_have_their_rate_and_can_be_cancelled():
    env = started(Poisson(Change("room_b/occupants.people", 0.1), 60.0))
    for _ in range(40):
        env.step()
    count = len(env.timeline.of("disturbance"))
    assert 540 < count < 660  # 600 expected in ten hours
    env.series[0].cancel()
    env.step()
    assert len(env.timeline.of("disturbance")) == count


def test_a_disturbance_may_be_added_later_but_not_in_the_past():
    env = started()
    env.step()
    series = env.disturb(Scheduled(Change(ROOM, 1.0), (1000.0, 1100.0)))
    with pytest.raises(DeclarationError, match="10 s is already gone"):
        env.disturb(Scheduled(Change(ROOM, 1.0), (10.0,)))
    with pytest.raises(UnknownName):
        env.disturb(Scheduled(Change("room_a/x", 1.0), (1000.0,)))
    env.step()
    assert len(env.timeline.of("disturbance")) == 2
    assert series.event.time_ns == 1100 * S


def fired(monitor):
    ups = Scheduled(Change(ROOM, 40.0, sets=True), (100.0, 300.0, 500.0))
    downs = Scheduled(Change(ROOM, 10.0, sets=True), (200.0, 400.0))
    env = started(ups, downs, monitors=(monitor,))
    env.step()
    return env, [e.time_ns // S for e in env.timeline.of("monitor")]


def test_monitors_fire_on_crossing_cool_down_and_fire_once():
    assert fired(Monitor("hot", ROOM, above=35.0))[1] == [100, 300, 500]
    assert fired(Monitor("hot", ROOM, above=35.0, cooldown_s=250.0))[1] == [100, 400, 900]  # looked at before it is cooled
    assert fired(Monitor("hot", ROOM, above=35.0, once=True))[1] == [100]
    assert fired(Monitor("odd", ROOM, above=35.0, below=12.0))[1][0] == 100


def test_monitors_wake_agents_and_can_be_cancelled():
    env, _ = fired(Monitor("hot", ROOM, above=35.0, wakes=("room_a",)))
    assert [e.time_ns // S for e in env.timeline.of("sample", "room_a")] == [0, 100, 300, 500]
    env.watches[0].cancel()
    env.disturb(Scheduled(Change(ROOM, -50.0, sets=True), (1000.0,)))
    env.disturb(Scheduled(Change(ROOM, 50.0, sets=True), (1001.0,)))
    env.step()
    assert len(env.timeline.of("monitor")) == 3


def test_the_analyser_counts_what_the_timeline_holds():
    timeline = Timeline()
    for second in range(10):
        timeline.add(Entry(second * S, "sample", "a", since_ns=second * S))
        timeline.add(Entry((second + 1) * S, "decision", "a", since_ns=second * S, late=second > 6))
        timeline.add(Entry((second + 1 + second % 2) * S, "action", "a", since_ns=second * S, late=second % 2 == 1))
    times = analyse(timeline)["a"]
    assert (times.samples, times.decisions, times.actions) == (10, 10, 10)
    assert (times.latency_mean_s, times.latency_max_s) == (1.5, 2.0)
    assert (times.stale, times.missed) == (3, 5)
    assert table(timeline).splitlines()[1].startswith("a ")


def test_stale_observations_missed_deadlines_and_overtaken_ones():
    env = started(room_a=Timing(100.0, observation_s=30.0, action_s=50.0, stale_s=20.0, deadline_s=60.0))
    env.step()
    times = analyse(env.timeline)["room_a"]
    assert (times.samples, times.stale, times.missed) == (9, 9, 9)
    assert times.latency_mean_s == pytest.approx(80.0)
    env = started(room_a=Timing(100.0, observation_s=300.0, action_s=300.0, jitter=Jitter("lognormal", 1.0)))
    env.step()
    assert {e.detail for e in env.timeline.of("overtaken", "room_a")} == {"observation", "action"}


def test_decisions_use_the_sample_not_the_present():
    env = started(Scheduled(Change(ROOM, 40.0, sets=True), (10.0,)), room_a=Timing(900.0, observation_s=60.0))
    seen = []
    env.agents["room_a"].observe = lambda observation: seen.append(observation) or observation
    env.step()
    decided = seen[0]
    assert decided["climate.temperature_c"][0] < 20
    assert decided.sampled_s == 0.0
