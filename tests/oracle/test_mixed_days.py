"""Cars, flexible loads and outages: plant and oracle read the same laws, and no policy is below the bound."""

from __future__ import annotations

import numpy as np
import pytest
from mixed_grid import mixed

from gridbench.contracts import compiled
from gridbench.oracle import solve
from gridbench.physics.terms import MONEY, Values
from gridbench.plant.plant import Plant

SCENARIOS = {
    "a day": mixed,
    "cars are short": lambda: mixed(efficiency=0.12),
    "energy is paid for": lambda: mixed(12, cheaper=70.0),
    "short cars and paid energy": lambda: mixed(efficiency=0.12, cheaper=70.0),
    "quarters of an hour": lambda: mixed(32, step_h=0.25),
}


@pytest.fixture(scope="module", params=SCENARIOS)
def case(request):
    scenario = SCENARIOS[request.param]()
    return scenario, solve(scenario, "test", 1, time_limit_s=30.0, gap=1e-3, threads=1), request.param


def costs(scenario, asks):
    """Money of schedules (batch, steps, asks) in the plant by component (batch, components)."""
    plant = Plant(scenario, batch=len(asks))
    plant.reset([scenario.window("test", 1)] * len(asks))
    return sum(plant.step(asks[:, t]).money.sum(axis=1) for t in range(scenario.steps))


def test_the_interval_is_narrow_and_its_schedule_costs_what_the_plant_bills(case):
    scenario, dispatch, name = case
    assert dispatch.bound_usd <= dispatch.witness_usd
    assert dispatch.gap < (0.06 if "paid" in name else 2e-3), dispatch.status
    money = costs(scenario, dispatch.asks[None].astype(float))[0]
    assert money.sum() == pytest.approx(dispatch.witness_usd, rel=1e-12)
    unmet = money[MONEY.index("unserved")]
    assert unmet > 1.0 if "short" in name else unmet < 0.05


def test_no_random_policy_is_below_the_bound(case):
    scenario, dispatch, _ = case
    rng, spans = np.random.default_rng(1), Plant(scenario).layout.ask_spans
    low, high = (np.array([span[k] for span in spans]) for k in (0, 1))
    wild = rng.uniform(low, high, (200, scenario.steps, len(spans)))
    near = dispatch.asks + rng.normal(0.0, 0.05, (200, scenario.steps, len(spans))) * (high - low)
    for asks in (wild, near):
        assert costs(scenario, asks).sum(axis=1).min() >= dispatch.bound_usd


def test_left_alone_cars_charge_at_once_and_nobody_is_short():
    scenario = mixed()
    plant = Plant(scenario)
    rest = np.array([[ask for device in scenario.devices for ask in device.at_rest().values()]])
    plant.reset([scenario.window("test", 1)])
    results = [plant.step(rest) for _ in range(scenario.steps)]
    names = plant.layout.controls
    assert sum(step.controls[0, names.index("work.charge_mw")] for step in results) > 0.1
    assert sum(step.controls[0, names.index("work.unmet_mwh")] for step in results) == pytest.approx(0.0, abs=1e-9)
    assert sum(step.money[0, :, MONEY.index("missing_energy")].sum() for step in results) == pytest.approx(0.0, abs=1e-6)
    assert not any(step.clipped[0] for step in results)


@pytest.mark.parametrize("step_h", [0.25, 1.0])
def test_the_compiled_step_agrees_with_the_interpreted_laws(step_h):
    compiled(mixed(24, step_h=step_h), np.random.default_rng(0), 2, calm=0.3)


def test_through_a_dark_step_every_kwh_that_is_asked_is_charged_paid_for_or_turned_away():
    scenario, dark = mixed(), 9
    plant = Plant(scenario)
    columns = {name: np.array(values) for name, values in scenario.window("test", 1).items()}
    columns["load_residential_a"][dark] = 5.0
    plant.reset([columns])
    rest = np.array([[ask for device in scenario.devices for ask in device.at_rest().values()]])
    rest[0, plant.layout.ask("work.charge_ceiling_mw")] = 0.02
    results = [plant.step(rest) for _ in range(scenario.steps)]
    assert [int(step.blackout[0]) for step in results] == [int(t == dark) for t in range(scenario.steps)]
    work, names = next(device for device in scenario.devices if device.name == "work"), plant.layout.controls
    places = (names.index(f"work.{name}") for name in ("charge_mw", "unmet_mwh"))
    charged, unmet = (sum(step.controls[0, place] for step in results) for place in places)
    asked = work.power_mw * columns["ev_work_arriving"]
    assert asked[dark] > 0.0
    assert work.efficiency * charged + unmet + asked[dark] == pytest.approx(asked.sum())
    bill = scenario.blackout_usd + sum(
        device.blackout_cost(Values(**{name: columns[column][dark] for name, column in device.inputs().items()}), 1.0)
        for device in scenario.devices
    )
    assert results[dark].money[0, :, MONEY.index("blackout")].sum() == pytest.approx(bill)
