"""The plant advances by any time, as a pure function; a step is the same thing with the scenario's step."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from plant_days import days, idle, overloaded, random_asks

from gridbench.errors import InvalidInput
from gridbench.physics.devices import Load, Storage
from gridbench.physics.terms import MONEY
from gridbench.plant.plant import Plant, StepResult

ROWS = tuple(field.name for field in dataclasses.fields(StepResult) if field.name != "step")
SECOND = 1.0 / 3600.0


def begun(scenario, *numbers):
    plant = Plant(scenario, len(numbers))
    plant.reset(days(scenario, *numbers))
    return plant


def advanced(plant, asks, hours, *, states=None, last=False):
    before = plant.states if states is None else states
    return plant.advance(before, asks, plant.weather[plant.t], hours, first=before, last=last)


def mildly(plant, rng):
    """Asks that the feeder can carry: loads and storages move, the rest is left alone."""
    asks = idle(plant)
    for n, (name, span) in enumerate(zip(plant.layout.asks, plant.layout.ask_spans, strict=True)):
        if "storage" in name:
            asks[:, n] = 0.4 * rng.uniform(span.lo, span.hi, plant.batch)
    return asks


def assert_same(one, other):
    for row in ROWS:
        np.testing.assert_array_equal(getattr(one, row), getattr(other, row))


def test_a_step_is_an_advance_by_the_step_of_the_scenario(scenario):
    plant, rng = begun(scenario, 3, 40, 200), np.random.default_rng(0)
    first = plant.states.copy()
    while not plant.over:
        asks, last = random_asks(plant, rng), plant.t == scenario.steps - 1
        weather, states = plant.weather[plant.t], plant.states
        alone = plant.advance(states, asks, weather, scenario.step_h, first=first, last=last, step=plant.t)
        result = plant.step(asks)
        assert alone.step == result.step
        assert_same(alone, result)


def test_an_advance_neither_reads_nor_moves_the_day_of_the_plant(scenario):
    plant, rng = begun(scenario, 3), np.random.default_rng(1)
    plant.step(idle(plant))
    states, weather, asks = plant.states.copy(), plant.weather[1].copy(), random_asks(plant, rng)
    given = [array.copy() for array in (states, asks, weather)]
    one = plant.advance(states, asks, weather, 0.3, first=states, last=True)
    for array, before in zip((states, asks, weather, plant.states), (*given, given[0]), strict=True):
        np.testing.assert_array_equal(array, before)
    assert plant.t == 1
    assert_same(one, plant.advance(states, asks, weather, 0.3, first=states, last=True))
    assert_same(one, Plant(scenario).advance(states, asks, weather, 0.3, first=states, last=True))


def test_a_batch_of_any_size_can_be_advanced(scenario):
    plant, many, rng = Plant(scenario), begun(scenario, *range(20)), np.random.default_rng(2)
    asks, weather = random_asks(many, rng), many.weather[12]
    together = plant.advance(many.states, asks, weather, 0.5, first=many.states, last=True)
    for n in range(many.batch):
        one = slice(n, n + 1)
        alone = plant.advance(many.states[one], asks[one], weather[one], 0.5, first=many.states[one], last=True)
        for row in ROWS:
            np.testing.assert_array_equal(getattr(together, row)[n], getattr(alone, row)[0])


def test_two_halves_of_an_hour_store_what_the_hour_does(scenario):
    plant, rng = begun(scenario, 10, 100, 190), np.random.default_rng(3)
    cells = [plant.layout.state(f"{d.name}.energy_mwh") for d in scenario.devices if isinstance(d, Storage)]
    while not plant.over:
        asks = mildly(plant, rng)
        half = advanced(plant, asks, 0.5)
        halves = advanced(plant, asks, 0.5, states=half.states)
        whole = advanced(plant, asks, 1.0)
        assert not whole.blackout.any()
        np.testing.assert_allclose(halves.states[:, cells], whole.states[:, cells], rtol=0.0, atol=1e-12)
        plant.step(idle(plant))


def test_money_grows_with_the_hours(scenario):
    plant = begun(scenario, 10)
    asks = mildly(plant, np.random.default_rng(4))
    short, long = advanced(plant, asks, 0.25), advanced(plant, asks, 1.0)
    assert long.cost_usd[0] > 0.0
    np.testing.assert_allclose(4.0 * short.money, long.money, rtol=1e-12)


def test_the_stored_energy_is_what_went_in_and_out_whatever_the_pieces(scenario):
    plant, rng = begun(scenario, 10, 100, 190, 280), np.random.default_rng(5)
    lay, cells = plant.layout, [d for d in scenario.devices if isinstance(d, Storage)]
    at = [lay.state(f"{d.name}.energy_mwh") for d in cells]
    ways = [[lay.controls.index(f"{d.name}.{name}_mw") for d in cells] for name in ("charge", "discharge")]
    shares = np.array([[d.efficiency_in, 1.0 / d.efficiency_out] for d in cells]).T
    states, stored = plant.states, plant.states[:, at].copy()
    for hours in rng.permutation([SECOND] * 600 + [1 / 60] * 240 + [0.25] * 60 + [1.0] * 24):
        weather = plant.weather[rng.integers(scenario.steps)]
        result = plant.advance(states, random_asks(plant, rng), weather, float(hours), first=states, last=False)
        stored += hours * (shares[0] * result.controls[:, ways[0]] - shares[1] * result.controls[:, ways[1]])
        np.testing.assert_allclose(result.states[:, at], stored, rtol=0.0, atol=1e-9)
        states = result.states


@pytest.mark.parametrize("hours", [SECOND, 0.25, 1.0, 6.0])
def test_a_blackout_is_billed_in_proportion_to_its_time(scenario, hours):
    day = overloaded(scenario.window("test", 5))
    plant = Plant(scenario)
    plant.reset([day])
    result = advanced(plant, idle(plant), hours)
    assert result.blackout[0]
    loads = [d for d in scenario.devices if isinstance(d, Load)]
    demand_usd_per_h = sum(d.lost_load_usd_per_mwh * d.p_mw * day[d.profile][0] for d in loads)
    assert result.cost_usd[0] == pytest.approx(hours * (demand_usd_per_h + scenario.blackout_usd / scenario.step_h))


def test_the_end_of_the_day_is_priced_where_it_is_the_last_against_the_given_states(scenario):
    plant, missing = begun(scenario, 10), MONEY.index("missing_energy")
    cell = next(d for d in scenario.devices if isinstance(d, Storage))
    first, at = plant.states.copy(), plant.layout.state(f"{cell.name}.energy_mwh")
    first[0, at] += 0.3
    weather, asks = plant.weather[0], idle(plant)
    assert not plant.advance(plant.states, asks, weather, 0.1, first=first, last=False).money[0, :, missing].any()
    owed = plant.advance(plant.states, asks, weather, 0.1, first=first, last=True).money[0, :, missing].sum()
    assert owed == pytest.approx(0.3 * cell.missing_usd_per_mwh)


@pytest.mark.parametrize("hours", [0.0, -1.0, np.nan, np.inf])
def test_a_time_that_does_not_pass_is_refused(scenario, hours):
    plant = begun(scenario, 0)
    with pytest.raises(InvalidInput, match=r"hours must be finite and above 0, not"):
        advanced(plant, idle(plant), hours)


@pytest.mark.parametrize("place", range(4))
def test_numbers_that_are_none_and_wrong_shapes_are_refused_by_name(scenario, place):
    plant = begun(scenario, 0, 1)
    names = (plant.layout.states, plant.layout.asks, plant.layout.columns, plant.layout.states)[place]
    noun, name = ("state", "ask", "column", "first state")[place], names[2]
    given = [array.copy() for array in (plant.states, idle(plant), plant.weather[0], plant.states)]
    given[place][1, 2] = np.nan
    with pytest.raises(InvalidInput, match=f"step 7: the {noun} {name} is not a finite number"):
        plant.advance(*given[:3], 1.0, first=given[3], last=False, step=7)
    given[place] = given[place][:, :-1]
    with pytest.raises(InvalidInput, match=rf"{noun}s have shape .* not \(batch, {noun}s\)"):
        plant.advance(*given[:3], 1.0, first=given[3], last=False)


def test_all_faults_are_named_at_once(scenario):
    plant = begun(scenario, 0)
    asks, weather = idle(plant), plant.weather[0].copy()
    weather[0, 0] = np.inf
    with pytest.raises(InvalidInput) as refusal:
        plant.advance(plant.states, asks[:, 1:], weather, -1.0, first=plant.states, last=False)
    assert len(refusal.value.faults) == 3


def test_a_batch_without_elements_is_refused(scenario):
    plant = begun(scenario, 0)
    none = [array[:0] for array in (plant.states, idle(plant), plant.weather[0])]
    with pytest.raises(InvalidInput, match="the batch is empty"):
        plant.advance(*none, 1.0, first=none[0], last=False)
