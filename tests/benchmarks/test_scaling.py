"""How the cost of a step grows with the grid, and how it compares with a bare power flow at every size."""

from __future__ import annotations

import numpy as np
import pytest
from subjects import batch_step, grown, scaling

BATCH = 128


@pytest.mark.benchmark(group="scale")
@pytest.mark.parametrize("buses", [13, 132, *(pytest.param(buses, marks=pytest.mark.slow) for buses in (1000, 5000))])
def test_a_step_of_a_batch(benchmark, buses):
    benchmark.pedantic(batch_step(grown(buses), BATCH), rounds=5, warmup_rounds=1)


@pytest.mark.slow
def test_a_step_is_a_thousand_times_faster_than_a_bare_power_flow_up_to_132_buses_and_a_hundred_times_at_5000():
    (first, second, last) = scaling((13, 132, 5000), BATCH, rounds=9)
    for slow, fast in (first, second):
        assert slow / fast >= 1000.0
    assert last[0] / last[1] >= 100.0


@pytest.mark.slow
def test_the_cost_of_a_step_grows_little_more_than_in_proportion_to_the_buses():
    sizes = 132, 1000, 5000
    seconds = scaling(sizes, BATCH, rounds=9)[:, 1]
    slope = np.polyfit(np.log(sizes), np.log(seconds), 1)[0]
    assert slope < 1.4
