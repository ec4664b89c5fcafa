"""Every published scenario asks something and can be met: doing nothing violates, the oracle does not, the rule is between."""

from functools import cache
from pathlib import Path
from statistics import mean, median

import numpy as np
import pytest

from gridbench.bench.evidence import Evidence
from gridbench.bench.intervals import published_path
from gridbench.bench.score import below_bound
from gridbench.scenario.catalogue import list_scenarios, load_scenario, scenario_folder

RESULTS = Path(__file__).parents[2] / "results"
MEDIAN_GAP = {"ieee123_fleet": 1e-2, "district": 1e-2}
"""The widest median gap where it is not 0.1 %: days of hundreds of devices."""
pytestmark = pytest.mark.parametrize("name", list_scenarios())


@cache
def known(name):
    return Evidence(load_scenario(name), RESULTS)


def certified(name):
    if not published_path(scenario_folder(name), "test").exists():
        pytest.skip(f"{name} has no published intervals yet")
    found = known(name).certified
    assert [day.day for day in found] == list(known(name).days), "every test day has an interval of these very files"
    return found


def episodes(name, policy):
    if not known(name).folder(policy).exists():
        pytest.skip(f"{name} has no record of {policy} yet")
    found = known(name).episodes(policy)
    assert found, "the record is of all test days, of these very files and intervals"
    return found


KINDS = ("undervoltage", "overvoltage", "loading", "tie_overload")
ROUNDING_PU = 1e-5
"""Optima stand on the limits: solvers leave them by less than this."""


def violating_days(rows):
    return {row["day"] for row in rows if max(row[f"{kind}_worst_pu"] for kind in KINDS) > ROUNDING_PU}


def test_every_test_day_is_certified_closely(name):
    found = certified(name)
    assert all(day.bound_usd <= day.witness_usd for day in found)
    assert median(day.gap for day in found) <= MEDIAN_GAP.get(known(name).scenario.name, 1e-3)


def test_doing_nothing_violates(name):
    assert violating_days(episodes(name, "idle"))


def test_the_oracle_need_not_violate(name):
    assert violating_days(episodes(name, "foresight")) == set()


def test_the_rule_is_better_than_nothing_and_leaves_room(name):
    assert 0.0 < mean(row["score"] for row in episodes(name, "rule")) < 1.0


def test_no_recorded_cost_is_below_the_bound(name):
    bound = {day.day: day.bound_usd for day in certified(name)}
    folder = RESULTS / known(name).scenario.id
    recorded = [policy.name for policy in sorted(folder.iterdir()) if known(name).record(policy.name)] if folder.is_dir() else []
    if not recorded:
        pytest.skip(f"{name} has no record over all test days yet")
    for policy in recorded:
        rows = known(name).episodes(policy)
        cost, least = np.array([(row["cost_usd"], bound[int(row["day"])]) for row in rows]).T
        assert not below_bound(cost, least).any(), policy


def test_the_card_has_every_generated_part_and_the_picture(name):
    card = (scenario_folder(name) / "CARD.md").read_text(encoding="utf-8")
    for mark in ("sizes", "devices", "splits", "binding", "oracle"):
        assert card.count(f"<!-- {mark} -->\n") == card.count(f"<!-- end of {mark} -->") == 1, mark
    assert "](picture.svg)" in card
    assert (scenario_folder(name) / "picture.svg").is_file()
