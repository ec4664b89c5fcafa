"""Data that contradict themselves: the smallest group of laws is named, with device or bus and step."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import odd_days as odd
import pytest
import tiny_grid as tiny

from gridbench.errors import InvalidInput
from gridbench.oracle import Instance, why_infeasible
from gridbench.oracle.formulation import formulate
from gridbench.oracle.infeasible import _members
from gridbench.oracle.subset import Subset


def conflict(scenario):
    return why_infeasible(formulate(scenario, scenario.window("test", 0)))


def names(found):
    return [str(member.place) for member in found.members]


def test_a_sound_day_has_no_conflict(scenario):
    assert conflict(scenario) is None


def test_demand_beyond_what_a_branch_can_carry():
    found = conflict(odd.changed(tiny.scenario(6), "load3", p_mw=12.0))
    assert names(found) == ["p balance[b3, 4]", "l[l2, 4]", "P[l2, 4]"]
    assert found.lines()[1:] == ["l[l2, 4] >= 0 (protection band)", "P[l2, 4] <= 11.7 (protection band)"]
    assert found.irreducible
    assert next(iter(found.relief)) == "p balance[b3, 4]"
    assert all(name.startswith("p balance[b3, ") for name in found.relief)


def test_a_start_that_the_unit_remembers_but_did_not_make():
    found = conflict(odd.contradictory_start())
    assert set(names(found)) == {"gen.commitment[0]", "gen.minimum up time[0]", "gen.stop[0]"}
    assert {member.place.owner for member in found.members} == {"gen"}
    assert {member.place.step for member in found.members} == {0}


def test_a_store_that_starts_below_its_band_and_cannot_fill():
    found = conflict(odd.changed(tiny.scenario(6), "cell", energy_share_initial=0.0, power_mw=0.01))
    assert "cell.energy_mwh advance[0]" in names(found)
    assert "cell.energy_mwh after[0] >= 0.12 (span)" in found.lines()
    assert list(found.relief) == ["cell.energy_mwh advance[0]"]
    assert found.relief["cell.energy_mwh advance[0]"] == pytest.approx(0.12 - 4.0 * 0.95 * 0.01, rel=1e-3)


def test_a_car_that_cannot_be_full_in_time():
    """The group spans the day: all of its steps are needed, and are told as one line."""
    found = conflict(replace(tiny.scenario(6), devices=(*tiny.devices(), odd.Car(need_mwh=3.0))))
    assert found.lines() == [
        "car.energy_mwh advance[0..5]", "car.closing.charged by the end", "car.charge_mw[0..5] <= 0.1 (span)",
    ]  # fmt: skip
    assert conflict(replace(tiny.scenario(6), devices=(*tiny.devices(), odd.Car(need_mwh=2.4)))) is None


def test_a_switch_that_would_have_to_stand_halfway():
    """Feasible with fractions, not with whole numbers."""
    found = conflict(replace(tiny.scenario(6), devices=(*tiny.devices(), odd.Half())))
    assert names(found) == ["half.half on[0]"]
    assert found.relief == {}


def test_a_voltage_that_no_current_can_hold():
    """Rows and boxes alone are feasible: the cones take part. Least of all, reactive power at the bus would have to give."""
    found = conflict(odd.changed(tiny.scenario(6), "load3", p_mw=3.4, q_mvar=3.4))
    assert "p balance[b3, 4]" in names(found)
    assert "flow[l2, 4]" in names(found)
    assert {member.place.step for member in found.members} == {4}
    assert next(iter(found.relief)) == "q balance[b3, 4]"


@pytest.mark.parametrize("scenario", [
    odd.changed(tiny.scenario(6), "load3", p_mw=12.0), odd.contradictory_start(),
    odd.changed(tiny.scenario(6), "load3", p_mw=3.4, q_mvar=3.4),
])  # fmt: skip
def test_without_any_one_of_its_members_the_rest_can_be_kept(scenario):
    day = formulate(scenario, scenario.window("test", 0))
    found, subset = why_infeasible(day), Subset(day.problem.as_stated())
    every = {member: item for item, member in _members(day, subset, subset.every).items()}
    items = np.array([every[member] for member in found.members])
    assert subset.broken(items, 1)[0]
    for k in range(items.size):
        assert not subset.broken(np.delete(items, k), 1)[0]


def test_relaxing_says_what_conflicts():
    with pytest.raises(InvalidInput, match=r"tiny-v1, split test, day 0.*\n.*these 3 laws.*p balance\[b3, 4\].*by 7.43 MW"):
        Instance(odd.changed(tiny.scenario(6), "load3", p_mw=12.0), "test", 0).relax()


def test_it_is_a_matter_of_seconds_and_says_so_where_it_is_not():
    heavy = Instance(odd.changed(tiny.scenario(6), "load3", p_mw=3.4, q_mvar=3.4), "test", 0)
    began = time.perf_counter()
    whole = heavy.why_infeasible()
    assert time.perf_counter() - began < 20.0
    hasty = heavy.why_infeasible(time_limit_s=0.0)
    assert not hasty.irreducible
    assert len(hasty.members) > len(whole.members)
    assert "perhaps fewer" in str(hasty)
