"""Violations are zero where the laws hold, grow with the excess, and are refused where there is no such limit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_devices import DEVICES, GENERATORS, LOADS, RENEWABLES, STEPPED, STORAGES, TIES, diesel, storage

from gridbench.contracts import walk
from gridbench.envs.safety import (
    SafetyWeights,
    apparent_power_violation,
    limit_violation,
    loading_violation,
    power_factor_violation,
    ramp_violation,
    soc_violation,
    voltage_violation,
)
from gridbench.errors import InvalidInput, UnknownName
from gridbench.physics.terms import Values
from gridbench.plant.violations import excesses

beyond = st.floats(1e-5, 10.0)
more = st.floats(1e-3, 10.0)
by_name = {"ids": lambda d: f"{d.kind}-{d.name}"}


def settled(device, rounds=150, step_h=0.25):
    """Steps of a random walk as (states, controls, weather), the controls those that settle returns."""
    for x, ask, w in walk(device, np.random.default_rng(4), rounds, step_h=step_h):
        yield x, Values(**device.settle(x, ask, w, step_h)), w


@pytest.mark.parametrize("device", [d for d in DEVICES if not d.excesses], **by_name)
def test_what_is_settled_passes_no_limit_of_its_device(device):
    for x, u, w in settled(device):
        assert limit_violation(device, u, x=x, w=w, dt_h=0.25) == 0.0
        for row in device.limits(x, u, w, 0.25):
            assert limit_violation(device, u, row.name, x=x, w=w, dt_h=0.25) == 0.0


@pytest.mark.parametrize("device", [*GENERATORS, *STORAGES, *RENEWABLES], **by_name)
def test_a_settled_apparent_power_is_no_violation(device):
    assert all(apparent_power_violation(device, u) == 0.0 for _, u, _ in settled(device))


@pytest.mark.parametrize("device", GENERATORS, **by_name)
def test_a_settled_unit_keeps_its_power_factor_and_its_ramps(device):
    for x, u, _ in settled(device):
        assert power_factor_violation(device, u) == 0.0
        assert ramp_violation(device, x, u, 0.25) == 0.0


@pytest.mark.parametrize("device", STORAGES, **by_name)
def test_a_storage_that_is_settled_stays_in_its_band(device):
    assert all(soc_violation(device, x) == 0.0 for x, _, _ in settled(device))


@pytest.mark.parametrize("device", TIES, **by_name)
def test_a_tie_violates_its_rating_by_the_overload_that_it_pays(device):
    found = [(apparent_power_violation(device, u), u.overload * device.rating_mva) for _, u, _ in settled(device)]
    np.testing.assert_allclose(*zip(*found, strict=True), atol=1e-9)
    assert any(violation > 0.0 for violation, _ in found)


@given(over=beyond, farther=more, angle=st.floats(0, 2 * np.pi))
def test_apparent_power_counts_in_mva_above_the_rating(over, farther, angle):
    for device, rated in ((diesel("g"), 0.825), (storage("s"), 0.55), (RENEWABLES[0], 0.66), (TIES[0], 2.5)):
        s_mva = rated + np.array([-0.1, over, over + farther])
        p_mw, zero = s_mva * np.cos(angle), np.zeros(3)
        sides = {"discharge_mw": p_mw, "charge_mw": zero, "import_mw": p_mw, "export_mw": zero}
        found = apparent_power_violation(device, Values(p_mw=p_mw, q_mvar=s_mva * np.sin(angle), on=np.ones(3), **sides))
        np.testing.assert_allclose(found, [0.0, over, over + farther], atol=1e-9)
        assert found[0] == 0.0 < found[1] < found[2]


@given(over=beyond, farther=more, sign=st.sampled_from([-1.0, 1.0]))
def test_power_factor_counts_in_mvar_on_both_sides(over, farther, sign):
    q_mvar = sign * (0.3 + np.array([-0.1, over, over + farther]))  # at 0.8 and 0.4 MW: 0.3 Mvar
    found = power_factor_violation(diesel("g"), Values(p_mw=0.4, q_mvar=q_mvar))
    np.testing.assert_allclose(found, [0.0, over, over + farther], atol=1e-9)
    assert found[0] == 0.0 < found[1] < found[2]


@pytest.mark.parametrize("step_h", [0.25, 1.0])
@given(over=beyond, farther=more, sign=st.sampled_from([-1.0, 1.0]))
def test_a_rate_of_change_counts_in_mw_up_and_down(step_h, over, farther, sign):
    moved = 0.33 * step_h + np.array([-0.01, over, over + farther])
    x, u = Values(on=1.0, p_mw=0.4), Values(on=1.0, start=0.0, stop=0.0, p_mw=0.4 + sign * moved)
    found = ramp_violation(diesel("g"), x, u, step_h)
    np.testing.assert_allclose(found, [0.0, over, over + farther], atol=1e-9)
    assert found[0] == 0.0 < found[1] < found[2]


@given(over=beyond, farther=more, low=st.booleans())
def test_a_state_of_charge_counts_in_shares_of_the_capacity(over, farther, low):
    past = np.array([-0.1, over, over + farther])
    found = soc_violation(storage("s"), Values(energy_mwh=2.0 * (0.1 - past if low else 0.9 + past)))
    np.testing.assert_allclose(found, [0.0, over, over + farther], atol=1e-9)
    assert found[0] == 0.0 < found[1] < found[2]


@given(over=st.floats(1e-5, 0.2), farther=st.floats(1e-3, 0.2), seed=st.integers(0, 1000), low=st.booleans())
def test_voltages_and_loadings_count_at_each_place(scenario, over, farther, seed, low):
    rng, band = np.random.default_rng(seed), scenario.voltage
    v_pu = rng.uniform(band.v_min_pu, band.v_max_pu, (3, len(scenario.feeder.buses)))
    loading = rng.uniform(0.0, 1.0, (3, len(scenario.feeder.branches)))
    a, b = 1 + rng.choice(loading.shape[1], 2, replace=False)
    past = np.array([[over, 0.0], [over, farther]])
    v_pu[1:, [a, b]] = np.where(past > 0, band.v_min_pu - past if low else band.v_max_pu + past, v_pu[1:, [a, b]])
    loading[1:, [a - 1, b - 1]] = np.where(past > 0, 1.0 + past, 0.5)
    for found in (voltage_violation(scenario, v_pu), loading_violation(scenario, loading)):
        np.testing.assert_allclose(found, [0.0, over, over + farther], atol=1e-9)
        assert found[0] == 0.0 < found[1] < found[2]
    reported = excesses(scenario, v_pu, loading, (np.zeros(3), np.zeros(3)))
    np.testing.assert_array_equal(loading_violation(scenario, loading), reported["loading"].sum(axis=1))


def test_a_voltage_at_the_root_is_no_ones_violation(scenario):
    v_pu = np.ones((1, len(scenario.feeder.buses)))
    v_pu[0, 0] = 1.2
    assert voltage_violation(scenario, v_pu) == [0.0]


def test_the_worst_of_all_limits_counts_where_none_is_named():
    x, u = Values(on=1.0, p_mw=0.2), Values(on=1.0, start=0.0, stop=0.0, p_mw=0.2, q_mvar=np.array([0.0, 0.35, 2.0]))
    named = [limit_violation(diesel("g", power_factor_min=0.2), u, law) for law in ("apparent power", "power factor, lagging")]
    found = limit_violation(diesel("g", power_factor_min=0.2), u, x=x, dt_h=1.0)
    np.testing.assert_array_equal(found, np.maximum(*named))


def test_a_limit_of_the_network_is_read_by_its_name_as_well(scenario):
    past = limit_violation(scenario.loading, Values(), "loading", w=Values(l_pu2=np.array([0.25, 2.25])))
    np.testing.assert_allclose(past, [0.0, 1.25])


@pytest.mark.parametrize(
    ("measure", "device", "message"),
    [
        (
            lambda d: apparent_power_violation(d, Values()),
            STEPPED[0],
            "unknown limit of regulator 'apparent power': known: movement",
        ),
        (lambda d: apparent_power_violation(d, Values()), LOADS[0], "unknown limit of firm 'apparent power': known: none"),
        (lambda d: power_factor_violation(d, Values()), STORAGES[0], "unknown limit of ordinary 'power factor, lagging'"),
        (lambda d: ramp_violation(d, Values(), Values(), 1.0), RENEWABLES[0], "unknown limit of reserve 'ramp up'"),
        (lambda d: limit_violation(d, Values(), "ramp up", "ramp dwn"), GENERATORS[0], "did you mean 'ramp down'"),
        (lambda d: soc_violation(d, Values()), GENERATORS[0], "unknown state of up1_down5 'energy_mwh'"),
    ],
)
def test_a_device_without_the_limit_is_refused_and_never_counted_as_safe(measure, device, message):
    with pytest.raises(UnknownName, match=message):
        measure(device)


@pytest.mark.parametrize(
    "measure",
    [
        lambda: apparent_power_violation(diesel("g"), Values(p_mw=0.1, q_mvar=0.1)),
        lambda: power_factor_violation(diesel("g"), Values(p_mw=np.array([0.1, np.nan]), q_mvar=0.0)),
        lambda: limit_violation(
            diesel("g"), Values(on=1.0, start=0.0, stop=0.0, p_mw=0.1), "ramp up", x=Values(on=1.0, p_mw=0.1)
        ),
        lambda: soc_violation(storage("g"), Values()),
    ],
)
def test_a_number_that_is_missing_is_refused(measure):
    with pytest.raises(InvalidInput, match=r"(?s)g: .*missing or NaN"):
        measure()


def test_voltages_and_loadings_of_other_shapes_are_refused(scenario):
    places = len(scenario.feeder.buses)
    with pytest.raises(InvalidInput, match=rf"voltages: .*\n.*\({places},\): give \(steps, {places}\)"):
        voltage_violation(scenario, np.ones(places))
    with pytest.raises(InvalidInput, match=rf"give \(steps, {places - 1}\)"):
        loading_violation(scenario, np.ones((2, places)))
    with pytest.raises(InvalidInput, match="NaN"):
        voltage_violation(scenario, np.full((1, places), np.nan))


@given(weight=st.floats(0, 5), voltages=st.lists(st.floats(0, 1), min_size=1, max_size=5).map(np.array), soc=st.floats(0, 1))
def test_a_total_is_weighted_and_grows_with_each_violation(weight, voltages, soc):
    weights = SafetyWeights(voltage=weight)
    total = weights.total({"voltage": voltages, "soc": np.asarray(soc)})
    np.testing.assert_allclose(total, weight * voltages + soc)
    assert (weights.total({"voltage": voltages + 1.0, "soc": np.asarray(soc)}) >= total).all()
    assert weights.total({}) == 0.0


def test_weights_that_reward_and_violations_without_a_weight_are_refused():
    with pytest.raises(InvalidInput) as refusal:
        SafetyWeights(soc=-1.0, ramp=float("nan"))
    assert [fault.split(" is ")[0] for fault in refusal.value.faults] == ["ramp", "soc"]
    with pytest.raises(UnknownName, match="did you mean 'voltage'"):
        SafetyWeights().total({"voltages": np.zeros(2)})
