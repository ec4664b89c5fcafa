"""The days that are shown: which, and whether they are replayed as they were."""

import pytest

from gridbench.bench.actions_file import read_actions
from gridbench.errors import InvalidInput
from gridbench.standings.entries import read_entries
from gridbench.standings.shown import Stage, chosen


def rows(scores):
    return tuple({"seed": float(seed), "day": float(day), "score": score} for (seed, day), score in scores.items())


def test_best_median_and_worst_day_by_their_median_seed():
    scores = {
        (0, 3): 0.1,
        (1, 3): 0.9,
        (2, 3): 0.5,
        (0, 4): 0.8,
        (1, 4): 0.8,
        (2, 4): 0.8,
        (0, 7): -1.0,
        (1, 7): 0.0,
        (2, 7): -0.5,
    }
    found = [(why, row["seed"], row["day"]) for why, row in chosen(rows(scores))]
    assert found == [("best", 1.0, 4.0), ("median", 2.0, 3.0), ("worst", 2.0, 7.0)]


@pytest.mark.parametrize(("days", "names"), [(1, ["only"]), (2, ["best", "worst"]), (3, ["best", "median", "worst"])])
def test_few_days_are_shown_once_each(days, names):
    found = chosen(rows({(0, day): 0.5 for day in range(days)}))
    assert [why for why, _ in found] == names
    assert len({row["day"] for _, row in found}) == len(names)


def test_a_day_costs_what_its_record_says_and_the_oracle_s_its_witness(results, home):
    for entry in read_entries(results, [home]):
        for shown in Stage(entry.scenario, entry.home).days(entry):
            assert shown.course.cost_usd[-1] == pytest.approx(shown.row["cost_usd"], abs=1e-3)
            assert shown.oracle.cost_usd[-1] == pytest.approx(shown.row["witness_usd"], abs=1e-3)


def test_a_cost_that_is_not_that_of_the_actions_is_refused(results, home):
    entry = next(one for one in read_entries(results, [home]) if one.record.policy.name == "random")
    object.__setattr__(entry, "rows", tuple({**row, "cost_usd": row["cost_usd"] * (1 + 1e-4)} for row in entry.rows))
    with pytest.raises(InvalidInput, match="when replayed, not"):
        Stage(entry.scenario, entry.home).days(entry)


def test_without_published_schedules_a_day_is_shown_alone(results, home, monkeypatch):
    monkeypatch.setattr(Stage, "published", lambda *_: {})
    entry = read_entries(results, [home])[0]
    stage = Stage(entry.scenario, entry.home)
    assert all(shown.oracle is None for shown in stage.days(entry))
    assert read_actions(entry.path, entry.record.protocol.seeds, entry.days, stage.asks, entry.scenario.steps).size
