"""Cars, flexible loads and outages as agents: two clocks, one trajectory, energy kept whatever the tick, prices answered."""

from __future__ import annotations

import numpy as np
import pytest
from mixed_grid import mixed

from gridbench.envs import MultiAgentMicrogrids
from gridbench.envs.batch import BatchEnv
from gridbench.envs.declaration import declare
from gridbench.heron import EventEnv, RandomPolicy, Schedule, Timing
from gridbench.heron.protocols import PriceSignalProtocol

SITE = {"site": PriceSignalProtocol(0.0, 400.0)}


@pytest.mark.parametrize("agents", ["microgrid", "device", "single"])
@pytest.mark.parametrize("step_h", [0.25, 1.0])
def test_both_clocks_walk_the_same_bits(agents, step_h):
    scenario = mixed(24, step_h=step_h)
    step, event = (MultiAgentMicrogrids(scenario, centralized=one, agents=agents) for one in (True, False))
    assert [x.tobytes() for x in step.reset(seed=1)[0].values()] == [x.tobytes() for x in event.reset(seed=1)[0].values()]
    rng = np.random.default_rng(2)
    while step.agents:
        actions = {agent: rng.uniform(-1.2, 1.2, step.action_space(agent).shape) for agent in step.agents}
        one, two = step.step(actions), event.step(actions)
        assert {a: x.tobytes() for a, x in one[0].items()} == {a: x.tobytes() for a, x in two[0].items()}
        assert one[1:] == two[1:]
    assert step.stage.values.tobytes() == event.stage.values.tobytes()


def test_agents_are_given_what_policies_are_scored_on():
    scenario = mixed()
    env, batch = MultiAgentMicrogrids(scenario, train=False), BatchEnv(scenario, 1)
    seen, wanted = env.reset(options={"day": 1})[0], batch.reset([scenario.window("test", 1)])
    for agent, numbers in wanted.items():
        assert seen[agent].tobytes() == numbers[0].tobytes()
    names = {field.name: field.unit for field in batch.observer.fields("site")}
    assert {"work.plugged_mw": "MW", "home.asked_mwh_h6": "MWh", "work.backlog_mwh": "MWh"}.items() <= names.items()
    assert [name for name in names if "connect" in name] == [f"{one}.connection" for one in ("gen", "cell", "sun")]
    breakers = [slot.field for slot in env.stage.env.wiring.layout.slots if slot.field.name.startswith("connected_")]
    assert {(field.lo, field.hi) for field in breakers} == {(0.0, 1.0)}


def test_a_breaker_is_seen_as_it_stands_and_never_ahead():
    scenario = mixed()
    batch, columns = BatchEnv(scenario, 1), scenario.window("test", 1)
    fields = batch.observer.fields("site")
    place = next(i for i, field in enumerate(fields) if field.name == "gen.connection")
    seen, told = batch.reset([columns]), []
    while not batch.over:
        told.append(fields[place].value(seen["site"][0, place]))
        seen, _, _ = batch.step({agent: np.zeros((1, size)) for agent, size in batch.codec.sizes.items()})
    np.testing.assert_array_equal(told, columns["connected_gen"])


@pytest.mark.parametrize("tick_s", [450.0, 1200.0, 3600.0])
def test_what_cars_ask_for_is_charged_unmet_or_still_asked_whatever_the_tick(tick_s):
    scenario = mixed()
    chargers = [device for device in scenario.devices if device.kind == "ev_charger"]
    wild = {device.name: RandomPolicy() if device in chargers else None for device in scenario.devices if device.asks()}
    env = EventEnv(declare(scenario, agents="device", policies=wild, days=[1]), Schedule({1: Timing(tick_s=tick_s)}))
    taken = {device.name: 0.0 for device in chargers}
    dynamics, slots = env.wiring.dynamics, env.wiring.layout
    advance, columns = dynamics.advance, {name: slots.column(f"{name}/electrical.p_mw") for name in taken}

    def noted(values, controls, begin_s, elapsed_s):
        after = advance(values, controls, begin_s, elapsed_s)
        for device in chargers:
            taken[device.name] -= device.efficiency * float(after[0, columns[device.name]]) * elapsed_s / 3600.0
        return after

    dynamics.advance = noted
    env.reset(0)
    specs = env.wiring.specs
    rest = {d.name: d.at_rest() for d in scenario.devices if d.asks() and d not in chargers}
    for _ in range(12):
        env.step({name: specs[name].ask(np.array([list(asks.values())])) for name, asks in rest.items()})
    series = scenario.window(env.wiring.dynamics.split.name, 1)
    for device in chargers:
        asked = device.power_mw * series[f"{device.cars}_arriving"][:12].sum()
        left = float(env.state.get(f"{device.name}/cars.backlog_mwh")[0])
        unmet = float(env.state.get(f"{device.name}/metrics.cost_usd")[0]) / device.unmet_usd_per_mwh
        assert taken[device.name] + left + unmet == pytest.approx(asked, abs=1e-6)
        assert taken[device.name] > 0.01


def test_devices_answer_prices_by_their_own_rules():
    env = MultiAgentMicrogrids(mixed(), train=False, protocols=SITE)
    power = {}
    for price in (0.0, 300.0):
        env.reset(options={"day": 1})
        power[price] = {"home": [], "cell": []}
        for _ in range(4):
            env.step(env.rest() | {"site": env.action("site", {"price": price})})
            for name, course in power[price].items():
                course.append(float(env.get(f"{name}/electrical.p_mw")))
    assert min(power[0.0]["home"]) < min(power[300.0]["home"]) - 0.05  # at once, or as late as departures let it
    assert min(power[0.0]["cell"]) < min(power[300.0]["cell"])


@pytest.mark.parametrize(("price", "consumes"), [(0.0, -0.02), (60.0, 0.0), (500.0, 0.02)])
def test_a_flexible_load_is_put_off_where_energy_is_dear(price, consumes):
    scenario = mixed()
    agent = declare(scenario, agents="device").hierarchy.agents["flex"]
    told = {"price.price_rest_mean": 30.0, "time.left_share": 0.5, "shift.owed_mwh": 0.0}
    answer = agent.answer_price(np.array([price]), Told(told))
    later_mw = float(answer[0, list(agent.rest).index("later_mw")])
    assert np.sign(later_mw) == np.sign(consumes)
    owing = agent.answer_price(np.array([price]), Told(told | {"time.left_share": 1 / 24, "shift.owed_mwh": 0.1}))
    assert owing[0, 0] < 0.0


class Told(dict):
    """An observation of one environment by the names of its fields."""

    def __getitem__(self, name):
        return np.array([super().__getitem__(name)])

    def names(self):
        return tuple(self)
