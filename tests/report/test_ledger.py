"""The ledger bills every device, bus and branch by the plant's own laws, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_asks import asks_at_random

from gridbench.bench.trajectory import replay
from gridbench.envs.costs import device_cost
from gridbench.physics.devices import Generator, Load, Regulator, Storage
from gridbench.physics.terms import MONEY, Values, inputs
from gridbench.plant.layout import layout
from gridbench.plant.plant import Plant
from gridbench.report.ledger import EVERYWHERE, Ledger, by_hour


@pytest.fixture(scope="module")
def ledger(ieee13):
    return Ledger(ieee13)


@pytest.fixture(scope="module")
def plant(ieee13):
    return Plant(ieee13)


@given(seed=st.integers(0, 2**16), reach=st.sampled_from([0.2, 1.0]), day=st.integers(0, 20))
def test_places_add_up_to_what_the_plant_bills(ieee13, ledger, plant, seed, reach, day):
    asks = asks_at_random(ieee13, seed, reach)
    found = ledger.replay("train", day, asks)
    right = replay(plant, ieee13.window("train", day), asks)
    assert found.money.shape == (ieee13.steps, len(ledger.places), len(MONEY))
    assert np.allclose(found.money.sum(axis=1), right.money, rtol=1e-12, atol=1e-9)
    assert np.isclose(by_hour(ieee13, found.money).sum(), right.cost_usd.sum(), rtol=1e-12)
    for name in ("v_pu", "loading", "controls", "states", "clipped", "blackout"):
        assert np.array_equal(getattr(found.run, name), getattr(right, name))


@given(seed=st.integers(0, 2**16))
def test_a_device_is_billed_by_its_own_law(ieee13, ledger, seed):
    found, lay, columns = ledger.replay("train", 3, asks_at_random(ieee13, seed, 0.4)), layout(ieee13), ieee13.window("train", 3)
    lit = ~found.run.blackout[:-1]
    for device in ieee13.devices:
        if not isinstance(device, Generator | Storage | Load | Regulator):
            continue
        u = {name: found.run.controls[:-1, lay.controls.index(f"{device.name}.{name}")] for name in device.controls()}
        states = {name: found.run.states[:, lay.states.index(f"{device.name}.{name}")] for name in device.states()}
        x = {name: np.concatenate([[device.initial()[name]], after[:-2]]) for name, after in states.items()}
        w = {name: values[:-1] for name, values in vars(inputs(device, columns)).items()}
        law = np.broadcast_to(device_cost(device, Values(**x), Values(**u), Values(**w), ieee13.step_h), lit.shape)
        assert np.allclose(found.money[:-1, ledger.places.index(device.name)].sum(axis=1)[lit], law[lit], atol=1e-9)


def test_the_network_is_billed_by_bus_and_branch(ieee13, ledger):
    found = ledger.replay("train", 3, asks_at_random(ieee13, 1))
    used = {name: {MONEY[i] for i in np.flatnonzero(found.money[:, k].any(axis=0))} for k, name in enumerate(ledger.places)}
    for name, components in used.items():
        assert components <= {"voltage"} if name.startswith("bus ") else True
        assert components <= {"loading"} if name.startswith("branch ") else True
    assert used[EVERYWHERE] <= {"blackout"}
    assert "blackout" not in set().union(*(parts for name, parts in used.items() if name != EVERYWHERE))
    run = found.run
    over = {branch.name: run.loading[:, k] for k, branch in enumerate(ieee13.feeder.branches)}
    for name, loading in over.items():
        paid = found.money[:, ledger.places.index(f"branch {name}")].sum(axis=1) > 0.0
        assert np.array_equal(paid, (loading > 1.0) & ~run.blackout)


def test_a_step_counts_in_the_hour_in_which_it_begins(ieee13):
    money = np.ones((8, 2, len(MONEY)))
    quarters = type("Quarters", (), {"step_h": 0.25})
    assert by_hour(quarters, money)[:, 0].tolist() == [8.0, 8.0]
    assert len(by_hour(ieee13, np.ones((24, 1, len(MONEY))))) == 24


def test_on_three_phases_there_is_one_place(ieee13):
    ledger = Ledger(ieee13, "three_phase")
    found = ledger.replay("test", ieee13.splits["test"].days[0], asks_at_random(ieee13, 2, 0.2))
    assert ledger.places == ("all places",)
    assert np.allclose(found.money.sum(axis=(1, 2)), found.run.cost_usd)
