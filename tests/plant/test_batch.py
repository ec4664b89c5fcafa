"""An element of a batch does not know its neighbours."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from plant_days import days, overloaded, random_asks

from gridbench.plant.plant import Plant, StepResult

ROWS = tuple(field.name for field in dataclasses.fields(StepResult) if field.name != "step")


@pytest.mark.parametrize("batch", [2, 16, 37])
def test_an_element_is_bit_for_bit_what_it_is_alone(short, batch):
    rng = np.random.default_rng(batch)
    drawn = days(short, *rng.integers(0, 365, batch))
    dark = rng.random(batch) < 0.3
    drawn = [overloaded(day) if gone else day for day, gone in zip(drawn, dark, strict=True)]
    together, alone = Plant(short, batch), [Plant(short) for _ in range(batch)]
    together.reset(drawn)
    for plant, day in zip(alone, drawn, strict=True):
        plant.reset([day])
    while not together.over:
        asks = random_asks(together, rng)
        result = together.step(asks)
        assert (result.blackout >= dark).all()
        for n, plant in enumerate(alone):
            own = plant.step(asks[n : n + 1])
            for row in ROWS:
                np.testing.assert_array_equal(getattr(result, row)[n], getattr(own, row)[0])


def test_the_same_inputs_give_the_same_bytes(scenario):
    runs = []
    for _ in range(2):
        plant, rng = Plant(scenario, 5), np.random.default_rng(9)
        plant.reset(days(scenario, 3, 80, 150, 220, 300))
        written = b""
        while not plant.over:
            result = plant.step(random_asks(plant, rng))
            written += b"".join(getattr(result, row).tobytes() for row in ROWS)
        runs.append(written)
    assert runs[0] == runs[1]


def test_two_plants_of_one_shape_share_compiled_code_but_not_numbers(scenario):
    cheap = dataclasses.replace(scenario, blackout_usd=1.0)
    plants = [Plant(scenario), Plant(cheap)]
    for plant in plants:
        plant.reset([overloaded(scenario.window("test", 0))])
    usd = [plant.step(np.zeros((1, len(plant.layout.asks)))).cost_usd[0] for plant in plants]
    assert usd[0] - usd[1] == pytest.approx(scenario.blackout_usd - 1.0)
