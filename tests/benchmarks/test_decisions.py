"""How long model predictive control thinks: all decisions of a day one by one, and a decision against a plan of its own."""

from __future__ import annotations

import pytest
from subjects import decisions, fastest_s, one_decision

from gridbench.oracle import Rolling


@pytest.mark.benchmark(group="decision")
@pytest.mark.parametrize("samples", [0, pytest.param(5, marks=pytest.mark.slow)])
def test_the_decisions_of_a_day(benchmark, scenario, samples):
    benchmark.pedantic(decisions(scenario, samples), rounds=scenario.steps)


def test_between_plans_a_decision_takes_a_third_of_one_with_the_network_of_all_steps(scenario):
    near, whole = (one_decision(scenario, 1, Rolling(near_steps=steps)) for steps in (2, scenario.steps))
    fast, slow = fastest_s(near, whole, rounds=5)
    assert slow / fast >= 3.0
