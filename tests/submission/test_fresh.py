"""Days drawn after a submission: from the generator that made the scenario's, new weather on the same dates."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from submission_kit import SCENARIO

from gridbench.bench.score import interquartile_mean, mean
from gridbench.errors import InvalidInput
from gridbench.scenario.catalogue import list_scenarios, load_scenario
from gridbench.scenario.fresh import fresh_scenario
from gridbench.scenario.scenario import Split
from gridbench.submission.plausible import LEVEL, chance_of_worse
from gridbench.submission.rerun import spread_days
from gridbench.submission.verification import Wanted, verification


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
    scenario = load_scenario(SCENARIO)
    one, same, other = (fresh_scenario(scenario, "test", seed) for seed in (3, 3, 4))
    assert one.digest == same.digest != other.digest
    assert one.split("test").series[0] == same.split("test").series[0] != other.split("test").series[0]
    with pytest.raises(InvalidInput, match="must be from 0"):
        fresh_scenario(scenario, "test", -1)


def test_measured_days_cannot_be_drawn_anew():
    scenario = load_scenario(SCENARIO)
    (series,) = scenario.split("test").series
    for changed, why in (
        (replace(series, preset="meter"), "unknown preset 'meter'"),
        (replace(series, seed=series.seed + 1), "gives other numbers in"),
        (replace(series, columns={**series.columns, "load_mine": series.columns["pv_a"]}), "gives other numbers in load_mine"),
    ):
        measured = replace(scenario, splits={"test": Split("test", (changed,), (12,))})
        with pytest.raises(InvalidInput, match=why):
            fresh_scenario(measured, "test", 3)


def test_a_policy_on_fresh_days(filed):
    found = verification(filed / SCENARIO / "my_network", Wanted(fresh=7, days=1))
    assert found.faults == []
    assert found.notes[0].startswith("fresh days of seed 7: score ")


@given(st.integers(min_value=1, max_value=40), st.integers(min_value=1, max_value=50))
def test_chosen_days_are_spread_evenly(days, most):
    chosen = spread_days(range(days), most)
    assert len(chosen) == min(days, most)
    assert sorted(set(chosen)) == list(chosen)
    gaps = np.diff([-1, *chosen, days])
    assert gaps.max() <= 2 * days / len(chosen) + 1


SCORES = st.lists(st.floats(-1.0, 1.0), min_size=4, max_size=24)


@given(SCORES, st.integers(min_value=1, max_value=12))
def test_chance_is_a_share_and_days_like_the_recorded_are_plausible(scores, m):
    recorded = np.array(scores)
    chance = chance_of_worse(recorded, np.resize(recorded, m), interquartile_mean)
    assert 0.0 < chance <= 1.0
    assert chance_of_worse(recorded, recorded, mean) >= 0.4, "but for the drawing"
    assert chance_of_worse(recorded, recorded + 1.0, mean) >= 0.4, "better days are no fault"


def test_far_worse_days_are_flagged_and_few_of_them_cannot_be():
    recorded = np.linspace(0.5, 0.9, 24)
    assert chance_of_worse(recorded, recorded[::3] - 1.0, interquartile_mean) < LEVEL
    assert chance_of_worse(recorded, recorded[:1] - 1.0, interquartile_mean) > LEVEL, "one day in 25 is the worst by chance"


def test_the_test_keeps_its_level():
    generator = np.random.default_rng(0)
    chances = [chance_of_worse(*np.split(generator.normal(size=32), [24]), interquartile_mean) for _ in range(100)]
    assert np.mean(np.array(chances) < 0.1) < 0.2
