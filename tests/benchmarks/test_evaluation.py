"""How long an evaluation takes, and the command line until it answers: figures, and the ratios that hold them."""

import pytest
from subjects import bare_power_flow, evaluation, fastest_s, process

SEEDS = 5
HELP = ("-m", "gridbench.cli", "--help")


@pytest.mark.benchmark(group="evaluation")
def test_an_evaluation_of_all_test_days(benchmark, scenario):
    benchmark.pedantic(evaluation(scenario, SEEDS), rounds=5, warmup_rounds=1)


@pytest.mark.benchmark(group="start")
@pytest.mark.parametrize("words", [("-c", "pass"), HELP], ids=["interpreter", "help"])
def test_the_start_of_a_process(benchmark, words):
    benchmark.pedantic(process(*words), rounds=5, warmup_rounds=1)


def test_160_days_are_evaluated_in_the_time_of_45_bare_power_flows(scenario):
    slow, fast = fastest_s(bare_power_flow(scenario), evaluation(scenario, SEEDS), rounds=5)
    assert fast / slow <= 45.0


def test_help_takes_at_most_five_times_a_bare_interpreter():
    bare, helping = fastest_s(process("-c", "pass"), process(*HELP), rounds=9)
    assert helping / bare <= 5.0
