"""The laws of two clocks, on grids: one trajectory, energy conserved, nothing hidden shows, actions act when they arrive."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hash_seeds import printed_with_hash_seeds
from hypothesis import given, settings
from hypothesis import strategies as st
from random_grids import random_grid

from gridbench.envs import MultiAgentMicrogrids
from gridbench.envs.declaration import GRANULARITIES, declare
from gridbench.heron import EventEnv, RandomPolicy, RestPolicy, Schedule, StepEnv, Timing
from gridbench.heron.protocols import PriceSignalProtocol
from gridbench.heron.visibility import TAGS
from gridbench.physics.devices import Storage


@settings(max_examples=100)
@given(seed=st.integers(0, 10**6), agents=st.sampled_from(GRANULARITIES), observability=st.sampled_from(TAGS))
def test_law_1_both_clocks_walk_the_same_bits(seed, agents, observability):
    scenario = random_grid(seed)
    options = {"agents": agents, "observability": observability, "reward": "own" if seed % 2 else "shared"}
    if seed % 3 == 0 and agents != "device" and observability in {"upper_level", "system"}:
        options["protocols"] = {"village": PriceSignalProtocol(-50.0, 300.0)}
    step, event = (MultiAgentMicrogrids(scenario, centralized=one, **options) for one in (True, False))
    first, other = step.reset(seed=seed), event.reset(seed=seed)
    assert {a: x.tobytes() for a, x in first[0].items()} == {a: x.tobytes() for a, x in other[0].items()}
    rng = np.random.default_rng(seed)
    while step.agents:
        actions = {agent: rng.uniform(-1.2, 1.2, step.action_space(agent).shape) for agent in step.agents}
        one, two = step.step(actions), event.step(actions)
        assert {a: x.tobytes() for a, x in one[0].items()} == {a: x.tobytes() for a, x in two[0].items()}
        assert one[1:] == two[1:]
    assert step.stage.values.tobytes() == event.stage.values.tobytes()


@pytest.mark.parametrize("tick_s", [pytest.param(1.0, marks=pytest.mark.slow), 7.0, 60.0, 450.0, 900.0, 3600.0])
def test_law_2_energy_is_conserved_whatever_the_tick(scenario, tick_s):
    storages = [device for device in scenario.devices if isinstance(device, Storage)]
    wild = {device.name: RandomPolicy() for device in scenario.devices if device.asks()}
    wild |= {name: None for name in wild if name not in {device.name for device in storages}}
    quiet = {device.name: device.at_rest() for device in scenario.devices if device.asks() and device not in storages}
    env = EventEnv(declare(scenario, agents="device", policies=wild, days=[3]), Schedule({1: Timing(tick_s=tick_s)}))
    pieces = watched(env)
    env.reset(0)
    begun = {unit.name: env.state.get(f"{unit.name}/storage.energy_mwh")[0] for unit in storages}
    specs = env.wiring.specs
    asks = {name: specs[name].ask(np.array([list(rest.values())])) for name, rest in quiet.items()}
    for _ in range(2 if tick_s < 60 else 4):
        env.step(asks)
    for unit in storages:
        integral = sum(-hours * (p / unit.efficiency_out if p > 0 else p * unit.efficiency_in) for hours, p in pieces[unit.name])
        change = env.state.get(f"{unit.name}/storage.energy_mwh")[0] - begun[unit.name]
        assert change == pytest.approx(integral, abs=1e-9)
        assert sum(hours * abs(p) for hours, p in pieces[unit.name]) > 0.1  # MWh that went in and out
        assert len(pieces[unit.name]) >= 2 * 3600 / max(tick_s, 1800)


def watched(env):
    """Return, by storage, the hours and the power of every piece that the plant is advanced by from now on."""
    dynamics, slots = env.wiring.dynamics, env.wiring.layout
    stores = [name for name in env.agents if f"{name}/storage.energy_mwh" in slots.paths]
    columns = {name: slots.column(f"{name}/electrical.p_mw") for name in stores}
    pieces, advance = {name: [] for name in columns}, dynamics.advance

    def noted(values, controls, begin_s, elapsed_s):
        after = advance(values, controls, begin_s, elapsed_s)
        for name, column in columns.items():
            pieces[name].append((elapsed_s / 3600.0, float(after[0, column])))
        return after

    dynamics.advance = noted
    return pieces


@pytest.mark.parametrize("least", [2, *(pytest.param(least, marks=pytest.mark.slow) for least in (1, 3))])
def test_law_2_a_start_is_held_for_its_hours_whatever_the_tick(scenario, least):
    unit = next(device for device in scenario.devices if device.name == "MG1.diesel")
    unit = replace(unit, min_up_steps=least, min_down_steps=least)
    scenario = replace(scenario, devices=tuple(unit if device.name == unit.name else device for device in scenario.devices))
    wild = {device.name: RandomPolicy() for device in scenario.devices if device.asks()}
    env = EventEnv(declare(scenario, agents="device", policies=wild, days=[3]), Schedule({1: Timing(tick_s=600.0)}))
    column = env.wiring.layout.column(f"{unit.name}/status.on")
    changes = [0.0]  # seconds at which it started, stopped, started, ...
    advance = env.wiring.dynamics.advance

    def noted(values, controls, begin_s, elapsed_s):
        after = advance(values, controls, begin_s, elapsed_s)
        if after[0, column] != values[0, column]:
            changes.append(begin_s)
        return after

    env.wiring.dynamics.advance = noted
    env.reset(1)
    for _ in range(24):
        env.step()
    off, on = np.diff(changes)[2::2], np.diff(changes)[1::2]  # the first stop was never started
    least = 3600.0 * scenario.step_h - 1e-6
    assert min(len(on), len(off)) > 1
    assert on.min() >= unit.min_up_steps * least
    assert off.min() >= unit.min_down_steps * least


@pytest.fixture(scope="module")
def envs(scenario):
    return {tag: StepEnv(declare(scenario, observability=tag, days=[3])) for tag in TAGS}


@given(observability=st.sampled_from(TAGS), data=st.data())
def test_law_3_a_hidden_field_never_shows(envs, observability, data):
    env = envs[observability]
    env.reset([0])
    column = data.draw(st.integers(0, len(env.wiring.layout.slots) - 1))
    slot = env.wiring.layout.slots[column]
    before = {name: env.observe(name).vector().tobytes() for name in env.agents}
    state = env.state
    state.values[0, column] += data.draw(st.floats(1e-6, 10.0))
    env.state = state
    changed = {name for name in env.agents if env.observe(name).vector().tobytes() != before[name]}
    upper = env.wiring.hierarchy.parents[slot.agent]
    rules = {"public": set(env.agents), "owner": {slot.agent}, "upper_level": {upper} - {None}, "system": {"dso"}}
    counted = slot.tags & set(TAGS[: TAGS.index(observability) + 1])
    assert changed == set().union(*(rules[tag] for tag in counted))


@pytest.mark.parametrize("observability", TAGS)
def test_law_3_holds_for_what_learners_are_given(scenario, observability):
    env = MultiAgentMicrogrids(scenario, observability=observability)
    wiring = env.stage.env.wiring
    env.reset(seed=0)
    hidden = [c for c in range(len(wiring.layout.slots)) if not wiring.proxy.may_see("mg_0", c)]
    before = env.stage.view.read(env.stage.values)
    values = env.stage.values.copy()
    values[:, hidden] += 1.0
    after = env.stage.view.read(values)
    assert before["mg_0"].tobytes() == after["mg_0"].tobytes()
    whole = observability in {"system", "upper_level"}  # a microgrid needs no more than its own and its devices' fields
    assert (len(env.stage.view.fields["mg_0"]) == 48) is whole


@pytest.mark.parametrize("observability", TAGS)
def test_law_3_holds_for_an_operator_that_is_left_alone(scenario, observability):
    resting = {f"mg_{i}": RestPolicy() for i in range(3)}
    env = MultiAgentMicrogrids(scenario, observability=observability, policies=resting)
    assert env.possible_agents == ["dso"]
    env.reset(seed=0)
    proxy, values = env.stage.env.wiring.proxy, env.stage.values.copy()
    before = env.stage.view.read(values)["dso"].tobytes()
    values[:, [c for c in range(values.shape[1]) if not proxy.may_see("dso", c)]] += 1.0
    assert env.stage.view.read(values)["dso"].tobytes() == before


def test_law_4_a_late_observation_is_what_learners_are_given(scenario):
    slow = MultiAgentMicrogrids(scenario, schedule=Schedule(levels={2: Timing(observation_s=5400.0)}))
    prompt = MultiAgentMicrogrids(scenario)
    late, now = (env.reset(options={"day": 3})[0] for env in (slow, prompt))
    shown, true = [late["mg_0"][0]], [now["mg_0"][0]]
    for _ in range(4):
        late, now = (env.step(env.rest())[0] for env in (slow, prompt))
        shown.append(late["mg_0"][0])
        true.append(now["mg_0"][0])
        assert late["dso"][0] == now["dso"][0]  # its samples take no time
    assert shown == [true[0], true[0], true[0], true[1], true[2]]  # 1.5 h late, and sampled hourly


def test_law_4_a_delayed_action_acts_when_it_arrives(scenario):
    unit = next(device for device in scenario.devices if device.name == "MG1.storage")
    late = Schedule(agents={"MG1.storage": Timing(action_s=1800.0)})
    env = MultiAgentMicrogrids(scenario, agents="device", schedule=late)
    env.reset(options={"day": 3})
    actions = {agent: rest(env, scenario, agent) for agent in env.agents}
    actions["MG1.storage"] = np.array([-1.0, 0.0])  # charge with full power
    env.step(actions)
    energy = env.stage.env.state.get("MG1.storage/storage.energy_mwh")[0]
    assert energy == pytest.approx(0.5 * unit.energy_mwh + 0.5 * unit.efficiency_in * unit.power_mw, abs=1e-9)
    assert env.stage.env.timeline.of("action", "MG1.storage")[0].time_ns == 1800 * 10**9


def rest(env, scenario, agent):
    device = next(device for device in scenario.devices if device.name == agent)
    return env.stage.env.wiring.specs[agent].box(np.array([list(device.at_rest().values())]))[0]


TIMELINE = """
from gridbench.envs import MultiAgentMicrogrids
from gridbench.heron import Jitter, Schedule, Timing
jitter = Jitter("lognormal", 0.1)
levels = {1: Timing(tick_s=60, action_s=2, jitter=jitter), 2: Timing(tick_s=300, message_s=5, loss=0.1, jitter=jitter)}
env = MultiAgentMicrogrids("ieee34_ieee13", schedule=Schedule(levels), seed=0)
env.reset(seed=4, options={"day": 3})
for space in env.action_spaces.values():
    space.seed(1)
for _ in range(2):
    env.step({agent: env.action_space(agent).sample() for agent in env.agents})
timeline = env.stage.env.timeline
print(timeline.digest(), len(timeline.of("lost")), env.stage.values.tobytes().hex()[:64])
"""


def test_law_4_the_same_seed_is_the_same_timeline_in_two_processes_and_hash_seeds():
    printed = printed_with_hash_seeds(TIMELINE)
    assert len(printed) == 1
    assert int(printed.pop().split()[1]) > 0
