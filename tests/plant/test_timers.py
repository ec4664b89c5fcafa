"""What a unit remembers counts time: on whole steps as its own memory does, in pieces as the clock does."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from plant_days import days, idle, random_asks

from gridbench.physics.devices import Generator
from gridbench.plant.layout import layout
from gridbench.plant.plant import Plant
from gridbench.plant.timers import Timers


def units(scenario):
    return [d for d in scenario.devices if isinstance(d, Generator)]


@pytest.fixture(scope="module")
def timers(scenario):
    return Timers(scenario, layout(scenario))


def scrambled(timers, states, rng):
    """The same states with memories that mean nothing."""
    wrong = states.copy()
    wrong[:, timers._places] = rng.random((len(states), timers._places.size))
    return wrong


def column(plant, names, suffix):
    return [names.index(f"{d.name}.{suffix}") for d in units(plant.scenario)]


def test_every_memory_of_the_units_is_a_timer(scenario, timers):
    expected = {}
    for d in units(scenario):
        expected[f"{d.name}.start"] = d.min_up_steps * scenario.step_h
        expected[f"{d.name}.stop"] = d.min_down_steps * scenario.step_h
    assert dict(zip(timers.names, timers.limits_h, strict=True)) == expected


def test_states_and_hours_tell_the_same(scenario, timers):
    lay = layout(scenario)
    states = np.tile(lay.initial, (4, 1))
    start, stop = (timers.names.index(f"MG1.diesel.{control}") for control in ("start", "stop"))
    for e, name in enumerate(("started_1", "started_2", "stopped_1")):
        states[e, lay.state(f"MG1.diesel.{name}")] = 1.0
    states[3, [lay.state(f"MG1.diesel.started_{age}") for age in (1, 2)]] = 1.0
    hours = timers.hours(states)
    assert hours[:, start].tolist() == [1.0, 2.0, 3.0, 1.0]
    assert hours[:, stop].tolist() == [2.0, 2.0, 1.0, 2.0]
    np.testing.assert_array_equal(timers.states(states[:3], hours[:3]), states[:3])


@pytest.mark.parametrize(
    ("hours", "told"), [(1e-6, (1, 0)), (0.5, (1, 0)), (1.999, (1, 0)), (2.0, (0, 1)), (2.0 - 1e-12, (0, 1)), (2.9, (0, 1)),
                        (3.0 - 1e-12, (0, 0)), (3.0, (0, 0))],
)  # fmt: skip
def test_a_memory_has_the_age_of_the_whole_steps_that_went_by(scenario, timers, hours, told):
    lay = layout(scenario)
    since = np.tile(timers.limits_h, (1, 1))
    since[0, timers.names.index("MG1.diesel.start")] = hours
    states = timers.states(lay.initial[None, :], since)
    assert tuple(states[0, [lay.state(f"MG1.diesel.started_{age}") for age in (1, 2)]]) == told
    assert states.sum() == pytest.approx(lay.initial.sum() + sum(told))


@pytest.mark.parametrize("stretch", [0.3, 1.0])
def test_on_whole_steps_the_hours_tell_what_the_memory_of_the_units_does(scenario, timers, stretch):
    plant, rng = Plant(scenario, 24), np.random.default_rng(0)
    starts, dark = 0, 0
    for split in ("test", "train"):
        plant.reset([scenario.window(split, int(day)) for day in rng.integers(0, 365, 24)])
        hours = timers.hours(plant.states)
        while not plant.over:
            result = plant.step(random_asks(plant, rng, stretch))
            hours = timers.elapse(hours, result.controls, scenario.step_h, result.blackout)
            np.testing.assert_array_equal(timers.states(scrambled(timers, result.states, rng), hours), result.states)
            np.testing.assert_array_equal(timers.hours(result.states), hours)
            starts += result.controls[:, column(plant, plant.layout.controls, "start")].sum()
            dark += result.blackout.sum()
    assert starts > 100
    assert dark > 0 or stretch < 1.0


@pytest.mark.parametrize("pieces", [1, 2, 7, 60])
def test_a_unit_keeps_its_minimum_times_in_pieces_of_a_step(scenario, timers, pieces):
    plant, rng, piece_h = Plant(scenario, 6), np.random.default_rng(pieces), scenario.step_h / pieces
    plant.reset(days(scenario, *rng.integers(0, 365, 6)))
    at = {word: column(plant, plant.layout.controls, word) for word in ("on", "start", "stop")}
    up, down = (scenario.step_h * np.array([getattr(d, f"min_{way}_steps") for d in units(scenario)]) for way in ("up", "down"))
    states, hours = plant.states, timers.hours(plant.states)
    started, stopped, seen = np.full((6, len(up)), -np.inf), np.full((6, len(up)), -np.inf), 0
    for t in range(scenario.steps):
        asks = random_asks(plant, rng, 0.3)
        asks[:, column(plant, plant.layout.asks, "on")] = rng.random((6, len(up)))
        for piece in range(pieces):
            now = t * scenario.step_h + piece * piece_h
            result = plant.advance(states, asks, plant.weather[t], piece_h, first=states, last=False)
            begins, ends = (result.controls[:, at[word]] > 0.5 for word in ("start", "stop"))
            assert (np.where(ends, now - started - up, 0.0) >= -1e-8).all()
            assert (np.where(begins, now - stopped - down, 0.0) >= -1e-8).all()
            started, stopped, seen = np.where(begins, now, started), np.where(ends, now, stopped), seen + ends.sum()
            hours = timers.elapse(hours, result.controls, piece_h, result.blackout)
            states = timers.states(result.states, hours)
            assert not result.blackout.any()
    assert seen > 20


@pytest.mark.parametrize("pieces", [1, 2, 7, 60])
def test_a_unit_may_stop_and_start_as_soon_as_its_minimum_time_is_over(scenario, timers, pieces):
    plant, piece_h = Plant(scenario), scenario.step_h / pieces
    plant.reset(days(scenario, 10))
    unit, lay = units(scenario)[0], plant.layout
    asks, wish = idle(plant), lay.ask(f"{unit.name}.on")
    on, states, hours, seen = lay.controls.index(f"{unit.name}.on"), plant.states, timers.hours(plant.states), []
    asks[0, lay.ask(f"{unit.name}.p_mw")] = unit.p_min_mw
    for _ in range(9 * pieces):
        asks[0, wish] = float(not seen or seen[-1] == 0.0)  # always asks for the other thing
        result = plant.advance(states, asks, plant.weather[0], piece_h, first=states, last=False)
        hours = timers.elapse(hours, result.controls, piece_h, result.blackout)
        states = timers.states(result.states, hours)
        seen.append(result.controls[0, on])
    changes = np.flatnonzero(np.diff(seen)) + 1
    up, down = unit.min_up_steps * pieces, unit.min_down_steps * pieces
    assert changes[:3].tolist() == [up, up + down, up + down + up]


def test_a_memory_never_counts_beyond_its_limit(scenario, timers):
    controls = np.zeros((2, len(layout(scenario).controls)))
    hours = timers.elapse(np.tile(timers.limits_h, (2, 1)), controls, 5.0)
    np.testing.assert_array_equal(hours, np.tile(timers.limits_h, (2, 1)))
    controls[1] = 1.0
    np.testing.assert_array_equal(timers.elapse(hours, controls, 0.25)[1], np.full(len(timers.names), 0.25))
    np.testing.assert_array_equal(timers.elapse(hours, controls, 99.0)[1], timers.limits_h)


def test_without_supply_the_memories_stand_still(scenario, timers):
    controls = np.zeros((2, len(layout(scenario).controls)))
    hours = timers.elapse(np.full((2, len(timers.names)), 0.25), controls, 0.5, np.array([True, False]))
    assert hours[0].tolist() == [0.25] * len(timers.names)
    assert hours[1].tolist() == [0.75] * len(timers.names)


def test_a_minimum_of_one_step_is_in_no_state_and_holds_the_gate(scenario):
    free = [dataclasses.replace(d, min_up_steps=1, min_down_steps=1) if isinstance(d, Generator) else d for d in scenario.devices]
    plain = dataclasses.replace(scenario, devices=tuple(free))
    lay = layout(plain)
    timers, states = Timers(plain, lay), np.tile(lay.initial, (2, 1))
    hours = timers.hours(states)
    assert hours.shape == (2, 6)
    np.testing.assert_array_equal(timers.states(states, hours), states)
    asks = np.ones((2, len(lay.asks)))
    assert timers.held(asks, states, hours) is asks  # free for longer than a step
    hours[1, timers.names.index("MG2.diesel.stop")] = 0.5
    held = timers.held(asks, states, hours)
    changed = np.argwhere(held != asks).tolist()
    assert changed == [[1, lay.ask("MG2.diesel.on")]]
    assert held[1, lay.ask("MG2.diesel.on")] == 0.0
