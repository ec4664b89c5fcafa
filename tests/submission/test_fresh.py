"""A policy on days drawn after it was submitted: which days, and whether what they show is plausible."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from submission_kit import SCENARIO

from gridbench.bench.score import interquartile_mean, mean
from gridbench.submission.plausible import LEVEL, chance_of_worse
from gridbench.submission.rerun import spread_days
from gridbench.submission.verification import Wanted, verification


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
