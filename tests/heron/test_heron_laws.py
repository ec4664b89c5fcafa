"""The laws: two clocks and one trajectory, nothing hidden leaks, time acts as scheduled, the same seed is the same timeline."""

from __future__ import annotations

import numpy as np
import pytest
from hash_seeds import printed_with_hash_seeds
from hypothesis import given
from hypothesis import strategies as st

from gridbench.heron import (
    CoordinatorAgent,
    Declaration,
    EventEnv,
    Feature,
    Field,
    FieldAgent,
    HierarchyBuilder,
    Jitter,
    Schedule,
    StepEnv,
    Steps,
    SystemAgent,
    Timing,
    make,
)
from gridbench.heron.examples.two_rooms import PROTOCOLS
from gridbench.heron.scheduling import analyse
from gridbench.heron.visibility import TAGS

STEPS = 8


def bytes_of(observations, row=0):
    return {name: seen.vector()[row].tobytes() for name, seen in observations.items()}


@pytest.mark.parametrize("random", [False, True])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_law_1_both_modes_walk_the_same_bits(protocol, random):
    seeds = range(10)
    declaration = make("TwoRooms-v1", protocol=protocol, random=random, step_s=700.1)
    batch = StepEnv(declaration)
    batch.reset(seeds)
    walks = [batch.step() for _ in range(STEPS)]
    for row, seed in enumerate(seeds):
        event = EventEnv(declaration)
        event.reset(seed)
        for walk in walks:
            found = event.step()
            assert bytes_of(found.observations) == bytes_of(walk.observations, row)
            assert {n: r[0] for n, r in found.rewards.items()} == {n: r[row] for n, r in walk.rewards.items()}
            assert {n: a.values[0].tobytes() for n, a in found.actions.items()} == {
                n: a.values[row].tobytes() for n, a in walk.actions.items()
            }
            assert found.terminated[0] == walk.terminated[row]
            assert found.truncated[0] == walk.truncated[row]
        assert event.state.values[0].tobytes() == batch.state.values[row].tobytes()


def test_law_1_holds_for_asks_from_outside():
    declaration = make("TwoRooms", protocol="none")
    step, event = StepEnv(declaration), EventEnv(declaration)
    step.reset([3])
    event.reset(3)
    draws = np.random.default_rng(0)
    for _ in range(STEPS):
        asks = {"room_a": draws.uniform(-2, 2, (1, 1)), "heater": np.array([[draws.uniform(-1, 1), 1.0]])}
        one, two = step.step(asks), event.step(asks)
        assert bytes_of(one.observations) == bytes_of(two.observations)
        assert one.clipped().keys() == two.clipped().keys()


class Still:
    """A world where nothing moves."""

    def bind(self, layout, controls):  # noqa: ARG002
        return self

    def start(self, values, generators):  # noqa: ARG002
        return values

    def advance(self, values, controls, begin_s, elapsed_s):  # noqa: ARG002
        return values


def society(tags, observability):
    """Two coordinators with two field agents each, under a system agent; every agent has one field of each tag set."""
    features = [Feature(f"f{i}", (Field("x"),), some) for i, some in enumerate(tags)]
    builder = HierarchyBuilder().add(SystemAgent("top", features))
    for c in "ab":
        builder.add(CoordinatorAgent(c, features), under="top")
        builder.add(FieldAgent(f"{c}1", features), FieldAgent(f"{c}2", features), under=c)
    return Declaration(builder.build(), Still(), 60.0, Steps(3), observability)


def ought_to_see(viewer, owner, tags):
    """Visibility once more, from the names alone: 'a1' stands under 'a', and 'a' under 'top'."""
    upper = {"top": None, "a": "top", "b": "top"}.get(owner, owner[0])
    rules = {"public": True, "owner": viewer == owner, "upper_level": viewer == upper, "system": viewer == "top"}
    return any(rules[tag] for tag in tags)


@given(
    st.lists(st.sets(st.sampled_from(TAGS), min_size=1), min_size=1, max_size=3),
    st.sampled_from(TAGS),
    st.data(),
)
def test_law_3_a_hidden_field_never_shows(tags, observability, data):
    counted = set(TAGS[: TAGS.index(observability) + 1])
    declaration = society(tags, observability)
    for env, seed in ((StepEnv(declaration), [0]), (EventEnv(declaration), 0)):
        env.reset(seed)
        column = data.draw(st.integers(0, len(env.wiring.layout.slots) - 1))
        slot = env.wiring.layout.slots[column]
        before = bytes_of({name: env.observe(name) for name in env.agents})
        state = env.state
        state.values[0, column] += data.draw(st.floats(1e-9, 1e9))
        env.state = state
        after = bytes_of({name: env.observe(name) for name in env.agents})
        changed = {name for name in before if before[name] != after[name]}
        assert changed == {name for name in before if ought_to_see(name, slot.agent, slot.tags & counted)}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_law_3_holds_in_the_rooms(protocol):
    env = StepEnv(make("TwoRooms", protocol=protocol))
    env.reset([0])
    env.step()
    state, before = env.state, bytes_of({name: env.observe(name) for name in env.agents})
    state.set("heater/health.efficiency", 0.5)
    state.set("room_a/occupants.people", 9.0)
    env.state = state
    after = bytes_of({name: env.observe(name) for name in env.agents})
    assert {name for name in before if before[name] != after[name]} == {"house", "room_a"}


def test_law_4_a_delayed_action_acts_when_it_arrives():
    slow = Schedule(agents={"heater": Timing(action_s=300.0)})
    env = EventEnv(make("TwoRooms", protocol="none", step_s=900.0), slow)
    env.reset(0)
    energy = [env.step().observations["floor"]["heater/burner.energy_kwh"][0] for _ in range(2)]
    assert energy == pytest.approx([3.0 * 600 / 3600, 3.0 * 1500 / 3600])  # 3 kW from 300 s on
    assert env.timeline.of("action", "heater")[0].time_ns == 300 * 10**9


def test_law_4_lost_late_and_overtaken_messages_are_counted():
    jitter = Jitter("lognormal", 1.0)
    schedule = Schedule({2: Timing(message_s=800.0, jitter=jitter, loss=0.3, deadline_s=900.0)})
    env = EventEnv(make("TwoRooms", steps=200), schedule)
    env.reset(1)
    for _ in range(200):
        env.step()
    times = analyse(env.timeline)["floor"]
    arrived = env.timeline.of("message", "floor")
    on_the_way = sum(e.label.startswith("message") for e in env.queue.waiting())
    assert times.sent == times.lost + len(arrived) + times.overtaken + times.refused + on_the_way
    assert 0.2 < times.lost / times.sent < 0.4
    assert times.late == sum(e.age_ns > 900 * 10**9 for e in arrived) > 0
    assert times.overtaken > 0


TIMELINE = """
from gridbench.heron import *
jitter = Jitter('gaussian', 0.1)
ticks = ((1, 40), (2, 100), (3, 300))
levels = {n: Timing(t, observation_s=1, action_s=t / 3, message_s=2, jitter=jitter, loss=.1) for n, t in ticks}
burst = Poisson(Change('room_a/climate.temperature_c', -0.5), 20)
alarm = Monitor('cold', 'room_a/climate.temperature_c', below=17, cooldown_s=60, wakes=('floor', 'room_a'))
env = EventEnv(make('TwoRooms', protocol='trade', steps=6), Schedule(levels, disturbances=(burst,), monitors=(alarm,)))
env.reset(7)
for _ in range(6):
    env.step()
print(env.timeline.digest(), len(env.timeline.entries))
"""


def test_law_4_the_same_seed_is_the_same_timeline_in_two_processes_and_hash_seeds():
    printed = printed_with_hash_seeds(TIMELINE)
    assert len(printed) == 1
    assert int(printed.pop().split()[1]) > 500
