"""What is measured of an episode, against hand-made states."""

from dataclasses import replace

import numpy as np
import pytest
from mixed_grid import mixed

from gridbench.bench.metrics import METRICS, measure
from gridbench.bench.world import World
from gridbench.oracle.certify import idle_asks
from gridbench.physics.devices import Generator, Storage
from gridbench.physics.terms import MONEY, inputs


@pytest.fixture(scope="module")
def calm(tiny):
    return World(tiny).replay("test", 0, idle_asks(tiny))


def measured(tiny, run):
    return measure(tiny, tiny.window("test", 0), run)


def test_every_metric_is_there_in_order_and_money_adds_up(tiny, calm):
    found = measured(tiny, calm)
    assert tuple(found) == METRICS
    assert sum(found[f"{component}_usd"] for component in MONEY) == pytest.approx(found["cost_usd"])
    assert found["violating_steps_share"] == 0.0
    assert found["renewable_used_share"] == pytest.approx(1.0)


def test_a_voltage_outside_the_band_is_a_share_an_integral_and_a_worst(tiny, calm):
    v_pu = calm.v_pu.copy()
    v_pu[0, 3], v_pu[0, 4], v_pu[2, 3] = 0.94, 0.93, 1.06
    found = measured(tiny, replace(calm, v_pu=v_pu))
    assert found["undervoltage_share"] == pytest.approx(1 / 6)
    assert found["undervoltage_pu_h"] == pytest.approx(0.03 * tiny.step_h)
    assert found["undervoltage_worst_pu"] == pytest.approx(0.02)
    assert found["overvoltage_worst_pu"] == pytest.approx(0.01)
    assert found["violating_steps_share"] == pytest.approx(2 / 6)
    assert found["worst_voltage_pu"] == pytest.approx(0.93)


def test_the_root_and_a_millionth_do_not_count(tiny, calm):
    v_pu = calm.v_pu.copy()
    v_pu[:, 0], v_pu[1, 2] = 1.2, 1.05 + 5e-7
    assert measured(tiny, replace(calm, v_pu=v_pu))["violating_steps_share"] == 0.0


def test_loading_and_tie_overload_count(tiny, calm):
    loading, p_root = calm.loading.copy(), calm.p_root_mw.copy()
    loading[1, 5], p_root[4] = 1.25, -2.0 * tiny.tie.rating_mva
    found = measured(tiny, replace(calm, loading=loading, p_root_mw=p_root))
    assert found["loading_worst_pu"] == pytest.approx(0.25)
    assert found["worst_loading_pu"] == pytest.approx(1.25)
    assert found["tie_overload_share"] == pytest.approx(1 / 6)
    assert found["tie_overload_worst_pu"] == pytest.approx(1.0, abs=0.05)
    assert found["violating_steps_share"] == pytest.approx(2 / 6)


def _set(tiny, run, kind, name, step, value):
    """Return a run in which a state or control has another value in a step."""
    names = [f"{device.name}.{one}" for device in tiny.devices for one in getattr(device, kind)()]
    table = getattr(run, kind).copy()
    table[step, names.index(name)] = value
    return replace(run, **{kind: table})


def test_a_store_outside_its_band_and_a_power_off_its_ramp_would_be_seen(tiny, calm):
    storage = next(device for device in tiny.devices if isinstance(device, Storage))
    unit = next(device for device in tiny.devices if isinstance(device, Generator))
    highest, ramp = storage.states()["energy_mwh"].hi, unit.ramp_mw_per_h * tiny.step_h
    found = measured(tiny, _set(tiny, calm, "states", f"{storage.name}.energy_mwh", 2, 1.25 * highest))
    assert found["state_of_charge_worst_pu"] == pytest.approx(0.25)
    assert found["state_of_charge_pu_h"] == pytest.approx(0.25 * tiny.step_h)
    assert found["state_of_charge_share"] == found["violating_steps_share"] == pytest.approx(1 / 6)
    found = measured(tiny, _set(tiny, calm, "controls", f"{unit.name}.p_mw", 3, ramp + 0.1))
    assert found["ramp_worst_pu"] == pytest.approx((ramp + 0.1) / unit.p_max_mw)
    assert found["ramp_share"] == pytest.approx(1 / 6)
    assert measured(tiny, calm)["ramp_worst_pu"] == measured(tiny, calm)["state_of_charge_worst_pu"] == 0.0


def test_a_dark_step_is_zero_volts_and_all_demand_unserved_whatever_the_arrays_hold(tiny, calm):
    dark = np.arange(6) == 0
    left_over = np.where(dark[:, None], np.nan, calm.v_pu)
    found = measured(tiny, replace(calm, blackout=dark, v_pu=left_over))
    columns = tiny.window("test", 0)
    demand = sum(device.p_mw for device in tiny.devices if device.kind == "load") * columns["load_residential_a"][0]
    assert found["unserved_mwh"] == pytest.approx(demand * tiny.step_h)
    assert found["worst_voltage_pu"] == 0.0
    assert found["blackout_steps"] == 1
    assert found["violating_steps_share"] == pytest.approx(1 / 6)
    assert found["renewable_used_share"] < 1.0


@pytest.mark.parametrize("dark", [False, True])
def test_what_cars_lack_is_unserved_as_it_is_billed(dark):
    scenario = mixed(efficiency=0.12)
    run = World(scenario).replay("test", 1, idle_asks(scenario))
    run = replace(run, blackout=np.full(scenario.steps, dark))
    found = measure(scenario, scenario.window("test", 1), run)
    turned_away = sum(
        float(np.sum(device.demand(inputs(device, scenario.window("test", 1)))))
        for device in scenario.devices
    )
    assert found["unserved_mwh"] == pytest.approx(turned_away if dark else found["unserved_usd"] / 600.0)
    assert found["unserved_mwh"] > 0.0
