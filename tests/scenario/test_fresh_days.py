"""Fresh days: new weather on the same dates, from the generator that made a scenario's series; measured ones are refused."""

from dataclasses import replace

import numpy as np
import pytest

from gridbench.errors import InvalidInput
from gridbench.scenario.catalogue import list_scenarios, load_scenario
from gridbench.scenario.fresh import fresh_scenario
from gridbench.scenario.scenario import Split


@pytest.mark.parametrize("name", list_scenarios())
def test_every_built_in_scenario_has_fresh_days(name):
    scenario = load_scenario(name)
    drawn = fresh_scenario(scenario, "test", 3)
    day = scenario.split("test").days[0]
    old, new = scenario.window("test", day), drawn.window("test", day)
    assert old.keys() == new.keys()
    assert not np.array_equal(old[scenario.tie.price], new[scenario.tie.price])
    assert all(np.array_equal(old[column], new[column]) for column in old if column.startswith("connected_"))
    assert drawn.split("train") is scenario.split("train")
    assert drawn.digest != scenario.digest


def test_the_seed_decides():
    scenario = load_scenario("ieee13-v1")
    one, same, other = (fresh_scenario(scenario, "test", seed) for seed in (3, 3, 4))
    assert one.digest == same.digest != other.digest
    assert one.split("test").series[0] == same.split("test").series[0] != other.split("test").series[0]
    with pytest.raises(InvalidInput, match="must be from 0"):
        fresh_scenario(scenario, "test", -1)


def test_measured_days_cannot_be_drawn_anew():
    scenario = load_scenario("ieee13-v1")
    (series,) = scenario.split("test").series
    for changed, why in (
        (replace(series, preset="meter"), "unknown preset 'meter'"),
        (replace(series, seed=series.seed + 1), "gives other numbers in"),
        (replace(series, columns={**series.columns, "load_mine": series.columns["pv_a"]}), "gives other numbers in load_mine"),
    ):
        measured = replace(scenario, splits={"test": Split("test", (changed,), (12,))})
        with pytest.raises(InvalidInput, match=why):
            fresh_scenario(measured, "test", 3)
