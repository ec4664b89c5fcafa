"""Bad input is refused with the place and the name; nothing is repaired in silence."""

from __future__ import annotations

import numpy as np
import pytest
from plant_days import days, idle

from gridbench.errors import InvalidInput
from gridbench.plant.plant import Plant


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_an_ask_that_is_no_number_is_refused_by_name(scenario, plant, bad):
    plant.reset(days(scenario, 0))
    asks = idle(plant)
    asks[0, 3] = bad
    with pytest.raises(InvalidInput, match=f"step 0: the ask {plant.layout.asks[3]} is not a finite number"):
        plant.step(asks)
    assert plant.t == 0


@pytest.mark.parametrize("cut", [np.s_[0], np.s_[:, :-1], np.s_[[0, 0]]], ids=["no batch", "too few", "two elements"])
def test_asks_of_a_wrong_shape_are_refused(scenario, plant, cut):
    plant.reset(days(scenario, 0))
    with pytest.raises(InvalidInput, match=r"asks have shape .* not \(batch, asks\)"):
        plant.step(idle(plant)[cut])


def test_a_step_before_a_day_has_begun_or_after_it_is_over_is_refused(scenario, plant):
    asks = idle(plant)
    with pytest.raises(InvalidInput, match="call reset first"):
        plant.step(asks)
    plant.reset(days(scenario, 0))
    for _ in range(scenario.steps):
        plant.step(asks)
    with pytest.raises(InvalidInput, match="call reset first"):
        plant.step(asks)


def test_the_days_must_be_as_many_as_the_batch(scenario):
    with pytest.raises(InvalidInput, match="1 days for a batch of 2"):
        Plant(scenario, 2).reset(days(scenario, 0))


def test_a_missing_a_short_and_a_broken_column_are_all_named(scenario, plant):
    day = dict(scenario.window("test", 0))
    del day["pv_a"]
    day["wind_a"] = day["wind_a"][:-1]
    day["load_commercial"] = np.where(np.arange(scenario.steps) == 7, np.nan, day["load_commercial"])
    with pytest.raises(InvalidInput) as refusal:
        plant.reset([day])
    text = str(refusal.value)
    assert "day 0: column 'pv_a' is missing" in text
    assert "day 0: column 'wind_a' has 23 steps, the scenario 24" in text
    assert "day 0: column 'load_commercial' has a number that is not finite in step 7" in text


def test_states_outside_their_spans_are_refused_by_name(scenario, plant):
    states = plant.layout.initial[None, :].copy()
    name = next(name for name in plant.layout.states if name.endswith("energy_mwh"))
    states[0, plant.layout.state(name)] = 99.0
    with pytest.raises(InvalidInput, match=f"element 0: the state {name} is 99.0, its span is"):
        plant.reset(days(scenario, 0), states)
    states[0, plant.layout.state(name)] = np.nan
    with pytest.raises(InvalidInput, match=f"element 0: the state {name} is nan"):
        plant.reset(days(scenario, 0), states)


def test_states_of_a_wrong_shape_are_refused(scenario, plant):
    with pytest.raises(InvalidInput, match="states have shape"):
        plant.reset(days(scenario, 0), plant.layout.initial)


def test_a_batch_without_elements_is_refused(scenario):
    with pytest.raises(InvalidInput, match="batch must be at least 1"):
        Plant(scenario, 0)


def test_a_refused_reset_leaves_the_day_as_it_was(scenario, plant):
    plant.reset(days(scenario, 0))
    plant.step(idle(plant))
    with pytest.raises(InvalidInput):
        plant.reset([])
    assert plant.t == 1
