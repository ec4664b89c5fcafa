"""Fleets: scenarios of so many microgrids with so many devices, cut from the published one."""

from __future__ import annotations

import pytest

from gridbench.bench.paper.heron.fleets import FLEETS, Fleet, text_of, written
from gridbench.bench.paper.heron.scaling import seconds_of_a_step
from gridbench.envs.variant import Variant
from gridbench.errors import InvalidInput
from gridbench.scenario.catalogue import load_scenario, scenario_root


@pytest.mark.parametrize("fleet", FLEETS, ids=str)
def test_a_fleet_has_as_many_of_each(fleet, tmp_path):
    scenario = load_scenario(str(written(fleet, tmp_path)))
    own = [group for group in scenario.agents if group.name.startswith("mg_")]
    assert [len(group.devices) for group in own] == [fleet.devices] * fleet.microgrids
    assert {"train", "validation", "test"} == set(scenario.splits)
    assert scenario.id == f"fleet_{fleet.name}-v1"


@pytest.mark.parametrize("fleet", [Fleet(11, 3), Fleet(3, 7), Fleet(0, 3)], ids=str)
def test_what_cannot_be_cut_is_refused(fleet):
    text = (scenario_root() / "ieee123_fleet-v1" / "scenario.toml").read_text()
    with pytest.raises(InvalidInput, match="up to 10 microgrids and 6 devices"):
        text_of(fleet, text)


def test_a_step_takes_time():
    assert 0.0 < seconds_of_a_step(load_scenario("ieee34_ieee13-v1"), Variant()) < 0.01
