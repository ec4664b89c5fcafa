"""Exactness: an ordinary day is exact, and where a day is not, the right reason is given."""

from __future__ import annotations

import numpy as np
import odd_days as odd
import pytest
import tiny_grid as tiny

from gridbench.oracle import Instance, exactness
from gridbench.oracle.certify import Replay, asks_of
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.formulation import fixed_windows, formulate

PAID, HIGH, REVERSE = "energy of negative price is burnt", "voltage behind it at the upper limit", "reverse flow"


def diagnosed(scenario):
    relaxed = Instance(scenario, "test", 0).relax()
    return exactness(relaxed.formulation, relaxed.x)


@pytest.fixture(scope="module")
def burning():
    return diagnosed(tiny.scenario(6, cheaper=30.0))


@pytest.fixture(scope="module")
def overvoltage():
    return diagnosed(odd.overvoltage())


def test_an_ordinary_day_is_exact(scenario):
    found = diagnosed(scenario)
    assert found.exact
    assert np.abs(found.voltage_pu).max() < 1e-8
    assert np.abs(found.loss_mw).max() < 1e-8
    assert not found.slack_at.any()
    assert found.worst() == []
    assert found.table().startswith("exact: voltages within ")


def test_a_paid_day_burns_energy_while_it_is_paid_for(burning):
    assert not burning.exact
    steps = np.flatnonzero(burning.slack_at.any(axis=1))
    np.testing.assert_array_equal(steps, [2, 5])  # the steps whose price is negative
    for step, branch in burning.worst(50):
        assert PAID in burning.why(step, branch)
        assert burning.burnt_mw[step, branch] > 0.0
        assert burning.earns_usd[step, branch] > 0.0
    assert not burning.reasons[PAID][[0, 1, 3, 4]].any()


def test_an_overvoltage_is_burnt_away(overvoltage):
    assert not overvoltage.exact
    assert overvoltage.slack_at.any()
    for step, branch in overvoltage.worst(50):
        why = overvoltage.why(step, branch)
        assert HIGH in why
        assert REVERSE in why
        assert PAID not in why
        assert overvoltage.scenario.feeder.branches[branch].name in {"l0", "l1", "l3", "l4"}  # those above the generator's bus
    assert not overvoltage.earns_usd.any()


def test_what_burns_also_lowers_voltage_and_loses_power_on_paper(burning, overvoltage):
    for found in (burning, overvoltage):
        step, branch = found.worst(1)[0]
        assert found.loss_mw[step, branch] == pytest.approx(found.burnt_mw[step, branch], rel=0.5)
        assert found.voltage_pu[step, branch] < -found.fall_pu[step, branch] * 0.5
        assert found.slack[step, branch] > 0.1


def test_the_table_names_the_worst_first(overvoltage):
    head, columns, _, first, *rest = overvoltage.table(3).splitlines()
    step, branch = overvoltage.worst(1)[0]
    assert head.startswith("not exact: voltages within 0.0")
    assert columns.split()[:4] == ["branch", "step", "slack", "burnt"]
    assert first.split()[:2] == [overvoltage.scenario.feeder.branches[branch].name, str(step)]
    assert first.endswith(f"{HIGH}, {REVERSE}")
    assert len(rest) == 2


def test_what_is_exact_is_what_the_plant_finds(scenario):
    """With whole positions, voltages of an exact relaxation are those of its schedule in the plant."""
    positions = {"reg": np.array([0.0, 2.0, 2.0, 3.0, 1.0, 1.0]), "bank": np.array([0.0, 1.0, 1.0, 2.0, 2.0, 1.0])}
    series = scenario.window("test", 0)
    day = formulate(scenario, series, fixed_windows(scenario, positions))
    on = np.ones(scenario.steps)
    x = solve_conic(day.problem.fixed(day.problem.columns["gen.on"], on), 60.0).x
    found = exactness(day, x)
    assert found.exact
    replayed = Replay(scenario, series).day(asks_of(day, x))
    np.testing.assert_allclose(replayed["v_pu"][:, 1:], np.sqrt(x[day.problem.columns["u"]]), atol=1e-6)


def test_a_day_without_a_flow_is_not_exact(scenario):
    """No power flow brings such a demand there: what another day's solution says of its voltages cannot be checked."""
    relaxed = Instance(scenario, "test", 0).relax()
    heavy = odd.changed(scenario, "load3", p_mw=40.0)
    day = formulate(heavy, heavy.window("test", 0))
    found = exactness(day, relaxed.x)
    assert np.isnan(found.voltage_pu).all(axis=1).any()
    assert not found.exact
    assert ", which 6 steps do not have" in found.table()
