"""How fast a step is: the numbers of `pytest tests/benchmarks --benchmark-only`, and the ratios that the docs promise."""

from __future__ import annotations

import pytest
from subjects import (
    bare_day,
    bare_power_flow,
    batch_step,
    environment_day,
    fastest_s,
    hierarchy_step,
    unbalanced_batch,
    unbalanced_opendss,
    vector_step,
)

BATCH = 1024


@pytest.mark.benchmark(group="step")
@pytest.mark.parametrize("subject", [bare_power_flow, bare_day, environment_day], ids=lambda s: s.__name__)
def test_one_at_a_time(benchmark, scenario, subject):
    benchmark.pedantic(subject(scenario), rounds=20, warmup_rounds=2)


@pytest.mark.benchmark(group="batch")
@pytest.mark.parametrize("batch", [1, 16, BATCH])
@pytest.mark.parametrize("subject", [batch_step, hierarchy_step, vector_step], ids=lambda s: s.__name__)
def test_side_by_side(benchmark, scenario, subject, batch):
    benchmark.pedantic(subject(scenario, batch), rounds=20, warmup_rounds=2)


@pytest.mark.benchmark(group="unbalanced flow")
@pytest.mark.parametrize("batch", [1, BATCH])
def test_unbalanced_flows(benchmark, batch):
    benchmark.pedantic(unbalanced_batch(batch), rounds=20, warmup_rounds=2)


@pytest.mark.benchmark(group="unbalanced flow")
def test_one_unbalanced_flow_in_opendss(benchmark):
    benchmark.pedantic(unbalanced_opendss(), rounds=20, warmup_rounds=2)


def test_an_unbalanced_flow_in_a_batch_is_twice_as_fast_as_one_in_opendss_and_three_times_as_one_alone():
    opendss, alone, batch = fastest_s(unbalanced_opendss(), unbalanced_batch(1), unbalanced_batch(BATCH), rounds=25)
    assert opendss / (batch / BATCH) >= 2.0
    assert alone / (batch / BATCH) >= 3.0


def test_a_step_without_hierarchy_is_a_hundred_times_faster_than_one_bare_power_flow(scenario):
    slow, fast = fastest_s(bare_power_flow(scenario), bare_day(scenario), rounds=25)
    assert slow / (fast / scenario.steps) >= 100.0


def test_a_step_in_a_batch_is_a_thousand_times_faster_than_one_bare_power_flow(scenario):
    slow, fast = fastest_s(bare_power_flow(scenario), batch_step(scenario, BATCH), rounds=25)
    assert slow / (fast / BATCH) >= 1000.0


def test_the_full_hierarchy_costs_at_most_half_as_much_again_as_a_bare_environment(scenario):
    bare, full = fastest_s(bare_day(scenario), environment_day(scenario), rounds=25)
    assert full / bare <= 1.5


def test_a_batch_under_the_full_hierarchy_is_a_thousand_times_faster_than_one_bare_power_flow(scenario):
    slow, fast = fastest_s(bare_power_flow(scenario), vector_step(scenario, BATCH), rounds=25)
    assert slow / (fast / BATCH) >= 1000.0
