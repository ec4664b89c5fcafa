"""Standings across scenarios: which scenarios count, who takes part, how ties and missing entries go."""

from types import SimpleNamespace

import numpy as np
import pytest

from gridbench.standings.overall import overall
from gridbench.standings.sections import Section, sections


def entry(scenario, policy, score, *, admissible=True, information="shared", full=True, split="test", days=4, version="1"):
    named = SimpleNamespace(name=policy, version=version, kind="rule", information=information)
    record = SimpleNamespace(
        policy=named,
        scenario=SimpleNamespace(id=scenario, split=split),
        protocol=SimpleNamespace(days=days),
        bound=SimpleNamespace(bound_is="certified"),
    )
    scores = SimpleNamespace(score_iqm=score, score_mean=score)
    order = (not admissible, -score, policy, "")
    table = np.full((1, days), score)
    return SimpleNamespace(
        record=record, scores=scores, admissible=admissible, full=full, order=order, tolerance=0.05, score_table=table, folder=""
    )


def ranks(found):
    return {one.name: one.rank for one in found.standings}


def test_points_are_counted_over_scenarios_within_a_class():
    entries = [
        entry("a-v1", "x", 0.9), entry("a-v1", "y", 0.8), entry("a-v1", "z", 0.8),
        entry("b-v1", "x", 0.1), entry("b-v1", "y", 0.5), entry("b-v1", "other", 0.99, information="full"),
    ]  # fmt: skip
    full, shared = sorted(overall(sections(entries)), key=lambda one: one.information)
    assert (full.information, shared.information) == ("full", "shared")
    assert shared.scenarios == ("a-v1", "b-v1")
    assert {one.name: one.points for one in shared.standings} == {"x": 2.0 + 1.0, "y": 0.5 + 2.0, "z": 0.5}
    assert ranks(shared) == {"x": 1, "y": 2, "z": 3}
    assert [one.most for one in shared.standings] == [4, 4, 4]
    assert full.standings[0].most == 0
    assert full.standings[0].rank == 1


def test_who_is_not_admissible_is_beaten_by_all_who_are_and_ranked_only_if_admissible_somewhere():
    entries = [
        entry("a-v1", "unsafe", 0.99, admissible=False), entry("a-v1", "safe", 0.1),
        entry("b-v1", "safe", 0.1), entry("b-v1", "half", 0.9), entry("a-v1", "half", 0.9, admissible=False),
    ]  # fmt: skip
    (found,) = overall(sections(entries))
    assert ranks(found) == {"safe": 1, "half": 2, "unsafe": None}
    assert {one.name: one.points for one in found.standings} == {"safe": 2.0 + 1.0, "half": 2.0, "unsafe": 0.0}
    assert [one.admissible for one in found.standings] == [2, 1, 0]
    assert found.standings[-1].name == "unsafe"


def test_equal_points_share_a_rank():
    (found,) = overall(sections([entry("a-v1", "x", 0.5), entry("a-v1", "y", 0.5), entry("a-v1", "z", 0.2)]))
    assert ranks(found) == {"x": 1, "y": 1, "z": 3}


@pytest.mark.parametrize("part", [{"full": False}, {"split": "stress"}])
def test_scenarios_without_all_test_days_do_not_count(part):
    assert overall(sections([entry("a-v1", "x", 0.5, **part)])) == []


def test_only_the_newest_version_of_a_scenario_counts():
    (found,) = overall(sections([entry("a-v9", "x", 0.5), entry("a-v10", "x", 0.6), entry("b-v1", "x", 0.1)]))
    assert found.scenarios == ("a-v10", "b-v1")
    assert found.standings[0].mean_score == pytest.approx(0.35)


def test_of_two_records_of_one_policy_the_better_counts():
    (found,) = overall(sections([entry("a-v1", "x", 0.5), entry("a-v1", "x", 0.7), entry("a-v1", "x", 0.6, version="2")]))
    assert [(one.name, one.version, one.mean_score, one.points) for one in found.standings] == [
        ("x", "1", 0.7, 1.0),
        ("x", "2", 0.6, 0.0),
    ]


def test_duels_are_over_the_scenarios_that_both_ran():
    entries = [entry("a-v1", "x", 0.9), entry("a-v1", "y", 0.8), entry("b-v1", "x", 0.1)]
    (found,) = overall(sections(entries))
    ((first, second, count, estimate),) = found.duels(8)
    assert (first.name, second.name, count) == ("x", "y", 1)
    assert (estimate.value, estimate.low, estimate.high) == (1.0, 1.0, 1.0)


def test_a_section_says_what_it_compares():
    section = Section("a-v1", "test", 1, "local", 0.05, ())
    assert section.title == "a-v1, test, 1 day: local (sees its own microgrid)"
    assert section.rule == "at most 5 % violating steps, upper 95 % limit, and no episode lost"
