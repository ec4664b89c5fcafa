"""Whole days of random asks: states stay in their spans, money adds up, and answers are counted honestly."""

from __future__ import annotations

import numpy as np
import pytest
from plant_days import days, idle, overloaded, random_asks

from gridbench.physics.devices import Generator, Load, Renewable, Storage
from gridbench.physics.terms import MONEY
from gridbench.plant.plant import Plant

MISSING = MONEY.index("missing_energy")
DARK = MONEY.index("blackout")


@pytest.mark.parametrize("stretch", [1.0, 100.0])
def test_states_stay_in_their_spans_whatever_is_asked(scenario, stretch):
    plant, rng = Plant(scenario, 20), np.random.default_rng(0)
    low, high = (np.array([span[end] for span in plant.layout.state_spans]) for end in (0, 1))
    for _ in range(3):
        plant.reset(days(scenario, *rng.integers(0, 365, 20)))
        while not plant.over:
            result = plant.step(random_asks(plant, rng, stretch))
            assert (result.states >= low - 1e-8).all()
            assert (result.states <= high + 1e-8).all()
            assert np.isfinite(result.money).all()
            np.testing.assert_array_equal(result.states, plant.states)


def test_the_cost_is_the_sum_of_the_money_of_all_agents_and_components(scenario):
    plant, rng = Plant(scenario, 4), np.random.default_rng(1)
    plant.reset(days(scenario, 1, 2, 3, 4))
    while not plant.over:
        result = plant.step(random_asks(plant, rng))
        np.testing.assert_allclose(result.cost_usd, [sum(float(usd) for usd in one.ravel()) for one in result.money])
        assert result.money.shape == (4, len(plant.layout.agents), len(MONEY))


def test_the_end_of_the_day_is_priced_in_its_last_step_only(scenario, plant):
    plant.reset(days(scenario, 10))
    cells = [d for d in scenario.devices if isinstance(d, Storage)]
    while not plant.over:
        asks = idle(plant)
        for cell in cells:
            asks[0, plant.layout.ask(f"{cell.name}.p_mw")] = 0.05
        result = plant.step(asks)
        if not plant.over:
            assert not result.money[0, :, MISSING].any()
    missing = [c.initial()["energy_mwh"] - result.states[0, plant.layout.state(f"{c.name}.energy_mwh")] for c in cells]
    owed = sum(c.missing_usd_per_mwh * max(mwh, 0.0) for c, mwh in zip(cells, missing, strict=True))
    assert owed > 0.0
    assert result.money[0, :, MISSING].sum() == pytest.approx(owed)


def test_energy_is_counted_as_missing_against_the_states_that_the_day_began_with(scenario, plant):
    low = plant.layout.initial.copy()
    cells = [plant.layout.state(f"{d.name}.energy_mwh") for d in scenario.devices if isinstance(d, Storage)]
    low[cells] *= 0.5
    plant.reset(days(scenario, 10), low[None, :])
    while not plant.over:
        result = plant.step(idle(plant))
    assert not result.money[0, :, MISSING].any()


def test_leaving_every_device_alone_is_never_clipped(scenario, plant):
    plant.reset(days(scenario, 100))
    while not plant.over:
        result = plant.step(idle(plant))
        assert result.clipped[0] == 0
        assert not result.blackout[0]


def test_each_ask_that_cannot_be_done_is_counted(scenario, plant):
    plant.reset(days(scenario, 100))
    asks, lay = idle(plant), plant.layout
    names = [d.name for d in scenario.devices if isinstance(d, Storage)]
    for name in names:
        asks[0, lay.ask(f"{name}.p_mw")] = 9.0
    result = plant.step(asks)
    assert result.clipped[0] == len(names)
    for name in names:
        assert result.done[0, lay.ask(f"{name}.p_mw")] < 9.0


def test_rounding_to_a_position_is_not_clipping_but_passing_the_last_one_is(scenario, plant):
    plant.reset(days(scenario, 100))
    asks = idle(plant)
    at = plant.layout.ask(f"{scenario.regulators[0].name}.position")
    asks[0, at] = 0.4
    assert plant.step(asks).clipped[0] == 0
    asks[0, at] = 40.0
    result = plant.step(asks)
    assert result.clipped[0] == 1
    assert result.done[0, at] == scenario.regulators[0].position_max


def test_a_unit_at_rest_has_no_powers_to_follow(scenario, plant):
    plant.reset(days(scenario, 100))
    asks = idle(plant)
    name = next(d.name for d in scenario.devices if isinstance(d, Generator))
    asks[0, plant.layout.ask(f"{name}.p_mw")] = 0.3
    assert plant.step(asks).clipped[0] == 0


def test_a_ceiling_above_what_is_available_is_followed(scenario, plant):
    plant.reset(days(scenario, 100))
    result = plant.step(idle(plant))  # at midnight the sun gives nothing
    name = next(d.name for d in scenario.devices if isinstance(d, Renewable) and "pv" in d.profile)
    assert result.done[0, plant.layout.ask(f"{name}.p_ceiling_mw")] == 0.0
    assert result.clipped[0] == 0


def demand_usd(scenario, day, t):
    loads = [d for d in scenario.devices if isinstance(d, Load)]
    return scenario.step_h * sum(d.lost_load_usd_per_mwh * d.p_mw * day[d.profile][t] for d in loads)


def test_a_feeder_that_cannot_carry_its_load_goes_dark_and_is_billed(short):
    day = overloaded(short.window("test", 5))
    plant, rng = Plant(short), np.random.default_rng(0)
    plant.reset([day])
    for t in range(short.steps):
        before = plant.states.copy()
        result = plant.step(random_asks(plant, rng))
        assert result.blackout[0]
        np.testing.assert_array_equal(result.states, before)
        nothing = "v_pu loading p_root_mw q_root_mvar flow_p_mw flow_q_mvar p_mw q_mvar controls done"
        for row in nothing.split():
            assert not getattr(result, row).any()
        assert result.cost_usd[0] == pytest.approx(demand_usd(short, day, t) + short.blackout_usd)
        assert result.money[0, :, DARK].sum() == pytest.approx(result.cost_usd[0])


@pytest.mark.parametrize("factor", [1e3, 1e9, 1e150])
def test_no_demand_is_too_absurd_for_a_blackout(short, factor):
    plant = Plant(short)
    plant.reset([overloaded(short.window("test", 5), factor)])
    result = plant.step(idle(plant))
    assert result.blackout[0]
    assert not result.v_pu.any()


def test_the_step_after_a_blackout_can_be_an_ordinary_one(short):
    day = short.window("test", 5)
    weak = overloaded(day, np.array([1.0, 6.0, 1.0, 1.0]))
    plant = Plant(short)
    plant.reset([weak])
    dark = []
    for _ in range(short.steps):
        result = plant.step(idle(plant))
        dark.append(bool(result.blackout[0]))
        assert (result.v_pu[0] > 0.7).all() != dark[-1]
    assert dark == [False, True, False, False]


def test_the_closing_bill_comes_even_when_the_last_step_is_dark(short):
    day = short.window("test", 5)
    weak = overloaded(day, np.array([1.0, 1.0, 1.0, 6.0]))
    plant = Plant(short)
    plant.reset([weak])
    cell = next(d.name for d in short.devices if isinstance(d, Storage))
    while not plant.over:
        asks = idle(plant)
        asks[0, plant.layout.ask(f"{cell}.p_mw")] = 0.1
        result = plant.step(asks)
    assert result.blackout[0]
    assert result.money[0, :, MISSING].sum() > 0.0
