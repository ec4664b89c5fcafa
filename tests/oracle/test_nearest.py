"""The nearest asks of one step: nothing moves where nothing must, and distances are what they say."""

from __future__ import annotations

import numpy as np
import pytest

from gridbench.oracle.formulation import at_dawn
from gridbench.oracle.nearest import Nearest
from gridbench.policies.idle import idle_asks
from gridbench.scenario.catalogue import load_scenario


@pytest.fixture(scope="module")
def nearest():
    scenario = load_scenario("ieee13")
    columns = scenario.window("test", scenario.split("test").days[0])
    now = {name: np.asarray(columns[name])[3:4] for name in scenario.columns}
    return Nearest(scenario, now, at_dawn(scenario), idle_asks(scenario))


def test_asks_that_keep_the_limits_stay_as_they_are(nearest):
    found = nearest.solve()
    assert found.keeps
    np.testing.assert_array_equal(found.asks, nearest._asks)


def test_wanted_is_what_the_devices_make_of_the_asks(nearest):
    assert nearest.distance(nearest.wanted) == 0.0
    further = nearest.wanted + nearest._span
    assert nearest.distance(further) == pytest.approx(np.sqrt(further.size))


def test_integers_stay_where_the_limits_hold_with_them(nearest):
    found = nearest.solve()
    np.testing.assert_array_equal(found.asks[nearest._integer], nearest._asks[nearest._integer])
