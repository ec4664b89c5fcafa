"""Violations one by one are those that the metrics of the episode count."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_asks import asks_at_random

from gridbench.bench.metrics import VIOLATIONS, measure
from gridbench.bench.world import World
from gridbench.plant.violations import KINDS
from gridbench.report.breaches import BLACKOUT, _runs, breaches, place_names


@pytest.fixture(scope="module")
def world(ieee13):
    return World(ieee13)


def steps_of(scenario, found):
    hit = np.zeros(scenario.steps, dtype=bool)
    for one in found:
        hit[round(one.begin_h / scenario.step_h) : round(one.end_h / scenario.step_h)] = True
    return hit


@given(seed=st.integers(0, 2**16), day=st.integers(0, 20))
def test_they_add_up_to_the_metrics(ieee13, world, seed, day):
    run = world.replay("train", day, asks_at_random(ieee13, seed))
    columns = ieee13.window("train", day)
    found, told = list(breaches(ieee13, columns, run, "balanced", (0, day))), measure(ieee13, columns, run)
    assert steps_of(ieee13, found).mean() == pytest.approx(told["violating_steps_share"])
    assert steps_of(ieee13, [one for one in found if one.kind == BLACKOUT]).sum() == told["blackout_steps"]
    for kind in VIOLATIONS:
        own = [one for one in found if one.kind == kind]
        if not run.blackout.any():
            assert sum(one.pu_h for one in own) == pytest.approx(told[f"{kind}_pu_h"], abs=1e-12)
            assert max((one.worst_pu for one in own), default=0.0) == pytest.approx(told[f"{kind}_worst_pu"], abs=1e-12)


def test_a_violation_stands_at_its_bus(ieee13, world):
    run = world.replay("train", 3, asks_at_random(ieee13, 5))
    band, buses = ieee13.voltage, [bus.name for bus in ieee13.feeder.buses]
    found = list(breaches(ieee13, ieee13.window("train", 3), run, "balanced", (0, 3)))
    shown = [one for one in found if one.kind in {"undervoltage", "overvoltage"}]
    assert shown
    for one in shown:
        steps = slice(round(one.begin_h), round(one.end_h))
        v = run.v_pu[steps, buses.index(one.place.removeprefix("bus "))]
        past = band.v_min_pu - v if one.kind == "undervoltage" else v - band.v_max_pu
        assert (past > 0.0).all()
        assert past.max() == pytest.approx(one.worst_pu)


def test_steps_in_a_row_are_one_violation():
    grid = SimpleNamespace(step_h=0.25)
    found = list(_runs(grid, (1, 2), "loading", "branch a", np.array([0.1, 0.0, 0.2, 0.3, 0.0, 0.4])))
    assert [(one.begin_h, one.end_h) for one in found] == [(0.0, 0.25), (0.5, 1.0), (1.25, 1.5)]
    assert [one.worst_pu for one in found] == [0.1, 0.3, 0.4]
    assert found[1].pu_h == pytest.approx(0.125)


def test_phases_have_names(ieee13):
    run = World(ieee13, "three_phase").replay("test", ieee13.splits["test"].days[0], asks_at_random(ieee13, 3))
    names = place_names(ieee13, "three_phase")
    assert names.keys() == set(KINDS)
    assert len(names["undervoltage"]) == run.v_pu.shape[1] - 1
    assert len(names["loading"]) == run.loading.shape[1]
    assert names["undervoltage"][0].endswith("phase A")
