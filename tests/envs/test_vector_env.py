"""GridVectorEnv takes what it was made for, and refuses the rest."""

from __future__ import annotations

import numpy as np
import pytest

from gridbench.envs import GridVectorEnv
from gridbench.errors import InvalidInput


@pytest.fixture(scope="module")
def vector(scenario):
    return GridVectorEnv(scenario, 3)


def days(vector, **given):
    return vector.reset(**given)[1]["day"].tolist()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"options": {"day": 3}}, "unknown option 'day': did you mean 'days'"),
        ({"options": {"days": [3, 7]}}, r"days \[3, 7\]: give 3, an environment each, whole numbers from 0"),
        ({"options": {"days": [3, 7, 2.7]}}, r"days \[3, 7, 2\.7\]: give 3"),
        ({"options": {"days": 7}}, "days 7: give 3"),
        ({"options": {"days": [3, 7, -1]}}, "whole numbers from 0"),
        ({"options": {"days": [3, 7, 99999]}}, "there is no day 99999"),
        ({"seed": [1, 2]}, r"seeds \[1, 2\]: give 3"),
        ({"seed": -1}, r"seeds \[-1, 0, 1\]: give 3"),
        ({"seed": 1.5}, r"seeds 1\.5: give 3"),
    ],
)
def test_what_is_no_day_or_seed_is_refused(vector, given, said):
    with pytest.raises(InvalidInput, match=said):
        vector.reset(**given)


def test_seeds_of_numpy_are_seeds(vector):
    drawn = days(vector, seed=7)
    assert days(vector, seed=np.int64(7)) == days(vector, seed=np.arange(7, 10)) == drawn


def test_one_environment_may_be_named_and_the_others_drawn(vector):
    drawn = days(vector, seed=7)
    assert days(vector, seed=[7, None, 9], options={"days": [None, 5, None]}) == [drawn[0], 5, drawn[2]]


def test_nothing_is_stepped_before_days_have_begun(scenario):
    vector = GridVectorEnv(scenario, 2)
    actions = np.zeros(vector.action_space.shape, np.float32)
    with pytest.raises(InvalidInput, match="no days have begun: call reset first"):
        vector.step(actions)
    vector.reset(seed=0)
    vector.step(actions)
    with pytest.raises(InvalidInput, match="there is no day"):
        vector.reset(options={"days": [0, 99999]})
    with pytest.raises(InvalidInput, match="call reset first"):
        vector.step(actions)
