"""Hierarchies, brokers, failures, endings and the registry."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gridbench.errors import UnknownName
from gridbench.heron import (
    AllAgents,
    AnyAgent,
    CoordinatorAgent,
    EventEnv,
    FieldAgent,
    FirstOf,
    FunctionPolicy,
    HierarchyBuilder,
    RandomPolicy,
    StepEnv,
    Steps,
    Time,
    make,
)
from gridbench.heron.errors import ActionRefused, AgentFailed, DeclarationError, EpisodeOver
from gridbench.heron.messaging import Kind, MemoryBroker, Message
from gridbench.heron.registry import Registry
from gridbench.heron.termination import Progress

MODES = [(StepEnv, [0]), (EventEnv, 0)]


@pytest.mark.parametrize(
    ("parents", "said"),
    [
        ({"a": "b", "b": "a"}, "agent a: parent: a cycle, a under b under a"),
        ({"a": "a"}, "agent a: parent: a cycle, a under a"),
        ({"a": "c"}, "agent a: parent 'c' is not declared"),
        ({"a": "b"}, "agent a: parent b is of level 2, not a head above level 2"),
        ({"a": "f"}, "agent a: parent f is of level 1"),
    ],
)
def test_bad_hierarchies_are_refused(parents, said):
    builder = HierarchyBuilder()
    for agent in (CoordinatorAgent("a"), CoordinatorAgent("b"), FieldAgent("f")):
        builder.add(agent, under=parents.get(agent.name))
    with pytest.raises(DeclarationError, match=said):
        builder.build()


def test_doubled_and_badly_named_agents_are_refused():
    with pytest.raises(DeclarationError, match="agent f: declared twice"):
        HierarchyBuilder().add(FieldAgent("f"), FieldAgent("f")).build()
    with pytest.raises(DeclarationError, match="name 'a/b'"):
        FieldAgent("a/b")


def message(**changed):
    fields = {"environment": "e", "sender": "a", "receiver": "b", "kind": Kind("k", ("x",)), "payload": (1.0,)}
    return Message(**(fields | changed))


def test_channels_are_isolated_by_environment():
    broker, heard = MemoryBroker(), []
    broker.subscribe("e", "b", heard.append)
    broker.subscribe("other", "b", lambda _: pytest.fail("crossed over"))
    assert broker.publish(message()) == 1
    assert broker.publish(message(environment="third")) == 0
    assert heard == [message()]
    assert heard[0]["x"] == 1.0
    assert "agent b: no one listens" in broker.faults("third")[0]
    assert broker.faults("e") == ()


def test_one_bad_agent_never_stops_the_broker():
    broker, heard = MemoryBroker(), []

    def bad(_):
        raise RuntimeError("no")

    broker.subscribe("e", "b", bad)
    broker.subscribe("e", "b", heard.append)
    assert broker.publish(message()) == 1
    assert broker.publish(message(payload=(math.nan,))) == 0
    assert broker.publish(message(payload=())) == 0
    assert broker.publish(message()) == 1
    assert len(heard) == 2
    said = "\n".join(broker.faults("e"))
    assert "agent b: k from a: RuntimeError('no')" in said
    assert "agent a: 1 fault(s)\n  - k.x: nan is not finite" in said


def test_environments_share_a_broker_without_meeting():
    broker = MemoryBroker()
    alone = EventEnv(make("TwoRooms", protocol="trade"))
    alone.reset(5)
    shared = [EventEnv(make("TwoRooms", protocol="trade"), environment=name, broker=broker) for name in "xy"]
    for env, seed in zip(shared, (5, 6), strict=True):
        env.reset(seed)
    for _ in range(4):
        alone.step()
        for env in shared:
            env.step()
    assert shared[0].state.values.tobytes() == alone.state.values.tobytes()
    assert shared[1].state.values.tobytes() != alone.state.values.tobytes()
    broker.publish(message(environment="x", receiver="floor", sender="stranger"))
    assert "agent floor" in broker.faults("x")[0]
    shared[0].step()


@pytest.mark.parametrize(("mode", "seed"), MODES)
def test_a_bad_report_is_counted_and_the_rest_trade_on(mode, seed):
    declaration = make("TwoRooms", protocol="trade")
    room = declaration.hierarchy.agents["room_a"]
    room.__class__ = type("Mad", (type(room),), {"offer": lambda _, seen: np.full((seen.batch, 4), np.nan)})
    env = mode(declaration)
    env.reset(seed)
    done = env.step()
    assert done.observations["room_a"]["floor>trade.quantity"] == 0
    assert done.observations["room_b"]["floor>trade.quantity"] < 0
    if mode is StepEnv:
        assert env.bad_messages == 1
    else:
        assert len(env.timeline.of("refused", "room_a")) == 1
        assert "agent room_a" in env.broker.faults("environment")[0]


@pytest.mark.parametrize(("mode", "seed"), MODES)
def test_a_raising_policy_ends_its_episode_with_its_name(mode, seed):
    def exploding(_):
        raise ZeroDivisionError("boom")

    env = mode(make("TwoRooms", protocol="none"))
    with pytest.raises(EpisodeOver, match=r"not begun: call reset|not begun"):
        env.step()
    env.reset(seed)
    env.step()
    env.agents["heater"].policy = FunctionPolicy(exploding)
    with pytest.raises(AgentFailed, match=r"agent heater: policy exploding raised ZeroDivisionError at 900 s: boom"):
        env.step()
    with pytest.raises(EpisodeOver, match="exploding"):
        env.step()
    env.agents["heater"].policy = RandomPolicy()
    env.reset(seed)
    env.step()


@pytest.mark.parametrize(("mode", "seed"), MODES)
@pytest.mark.parametrize(
    ("asks", "said"),
    [
        ({"heater": [[math.nan, 1.0]]}, "agent heater: .*\n.*power_kw: nan in environment 0"),
        ({"heater": [[0.0, 1.0], [0.0, 1.0]]}, "agent heater: .*\n.*2 rows for 1 environments"),
        ({"boiler": [[0.0]]}, "agent boiler: .*\n.*no such agent"),
    ],
)
def test_a_bad_ask_is_refused_and_nothing_moves(mode, seed, asks, said):
    env = mode(make("TwoRooms", protocol="none"))
    env.reset(seed)
    env.step()
    before = env.state.values.tobytes()
    with pytest.raises(ActionRefused, match=said):
        env.step(asks)
    assert env.state.values.tobytes() == before
    env.step()


@pytest.mark.parametrize(("mode", "seed"), MODES)
def test_asks_against_a_protocol_and_missing_asks_are_refused(mode, seed):
    env = mode(make("TwoRooms", protocol="setpoint"))
    env.reset(seed)
    with pytest.raises(ActionRefused, match=r"agent room_a: .*\n.*SetpointProtocol of floor decides for it"):
        env.step({"room_a": np.zeros((1, 1))})
    env.agents["floor"].policy = None
    with pytest.raises(ActionRefused, match=r"agent floor: .*\n.*action: missing"):
        env.step()


@pytest.mark.parametrize(("mode", "seed"), MODES)
def test_a_policy_that_returns_nan_is_named(mode, seed):
    env = mode(make("TwoRooms", protocol="none"))
    env.reset(seed)
    env.agents["room_b"].policy = FunctionPolicy(lambda seen: np.full((seen.batch, 1), np.nan))
    with pytest.raises(ActionRefused, match=r"agent room_b: .*\n.*action field valve: nan"):
        env.step()


def test_policies_are_swapped_at_run_time_and_never_shared():
    env = StepEnv(make("TwoRooms", protocol="none", random=True))
    env.reset([0])
    valves = env.step().actions
    assert valves["room_a"].values != valves["room_b"].values
    env.agents["room_a"].policy = FunctionPolicy(lambda seen: np.full((seen.batch, 1), 0.25))
    assert env.step().actions["room_a"].values == pytest.approx(np.array([[0.25]]))


def ends(rule, done, steps=0, time_s=0.0):
    terminated, truncated = rule.ends(Progress(np.array([done]), steps, time_s))
    return bool(terminated[0]), bool(truncated[0])


def test_endings():
    assert ends(AnyAgent(), [False, True]) == (True, False)
    assert ends(AllAgents(), [False, True]) == (False, False)
    assert ends(AllAgents(), [True, True]) == (True, False)
    assert ends(Steps(3), [True], steps=2) == (False, False)
    assert ends(Steps(3), [False], steps=3) == (False, True)
    assert ends(Time(60), [False], time_s=60) == (False, True)
    assert ends(FirstOf(AnyAgent(), Steps(3)), [True], steps=3) == (True, True)
    for bad in (lambda: Steps(0), lambda: Time(0), lambda: Time(math.inf)):
        with pytest.raises(DeclarationError, match="termination"):
            bad()


@pytest.mark.parametrize(("mode", "seed"), MODES)
def test_frozen_pipes_end_the_episode(mode, seed):
    env = mode(make("TwoRooms", protocol="none"))
    env.reset(seed)
    state = env.state
    state.set("room_a/climate.temperature_c", -20.0)
    env.state = state
    done = env.step()
    assert done.terminated[0]
    assert not done.truncated[0]


def test_the_registry_knows_versions():
    registry = Registry({"A-v1": "nowhere:nothing"})
    registry.register("A-v10", lambda size=1: ("ten", size))
    registry.register("A-v9", lambda: "nine")
    assert registry.list() == ("A-v1", "A-v9", "A-v10")
    assert registry.make("A", size=2) == ("ten", 2)
    assert registry.make("A-v9") == "nine"
    with pytest.raises(UnknownName, match="did you mean"):
        registry.make("A-v2")
    with pytest.raises(DeclarationError, match="A-v9 is taken"):
        registry.register("A-v9", "x:y")
    with pytest.raises(DeclarationError, match="not of the form Name-vN"):
        registry.register("A", "x:y")


def test_declarations_refuse_bad_steps_and_observability():
    with pytest.raises(DeclarationError, match="step_s: -1 s is negative"):
        make("TwoRooms", step_s=-1)
    with pytest.raises(DeclarationError, match="observability: unknown visibility tag 'all'"):
        make("TwoRooms", observability="all")


@pytest.mark.parametrize(("mode", "seed"), MODES)
@pytest.mark.parametrize(
    ("protocol", "hook", "said"),
    [
        ("none", "reward", r"agent room_a: reward raised ValueError at 900 s: shape \(3,\) where \(1,\) is due"),
        ("none", "observe", "agent room_a: observe raised TypeError"),
        ("trade", "offer", r"agent room_a: its report raised ValueError at 0 s: shape \(3,\) where \(1, 4\) is due"),
        ("price", "answer_price", r"agent room_a: its answer raised ValueError at 0 s: shape \(3,\) where \(1, 1\) is due"),
    ],
)
def test_a_hook_that_goes_wrong_is_named(mode, seed, protocol, hook, said):
    env = mode(make("TwoRooms", protocol=protocol))
    env.reset(seed)

    def wrong(*arguments):
        if hook == "observe":
            raise TypeError(arguments)
        return np.zeros(3)

    setattr(env.agents["room_a"], hook, wrong)
    with pytest.raises(AgentFailed, match=said):
        env.step()
    with pytest.raises(EpisodeOver):
        env.step()
