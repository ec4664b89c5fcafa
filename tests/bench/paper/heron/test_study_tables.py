"""The case study's tables: every number comes from a record."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridbench.bench.paper.heron import tables
from gridbench.bench.paper.heron.plan import LEVELS, SIGHT
from gridbench.bench.paper.heron.record import Point
from gridbench.bench.paper.heron.shelf import RECORDS, Shelf, shelf, spread, steps_to_learn
from gridbench.cli import main
from gridbench.errors import InvalidInput

DOCS = Path(__file__).parents[4] / "docs"


@pytest.fixture(scope="module")
def raw():
    """Return the records as plain JSON, by file name."""
    return {path.stem: json.loads(path.read_text()) for path in RECORDS.glob("*.json")}


@pytest.fixture(scope="module")
def printed():
    """Return the tables as the command gives them to machines."""
    return tables.document(shelf(), tables.TABLES)


def seeds(raw, name):
    return [one for stem, one in sorted(raw.items()) if stem.rpartition("-")[0] == name and "tested" in one]


def first(cell):
    return float(cell.split()[0])


def test_money_gaps_and_violations_are_means_of_the_days(raw, printed):
    bound_usd = np.mean(raw["reference-rule"]["bound_usd"])
    for row in printed["observability"][:4]:
        days = [one["tested"][row["visible"]] for one in seeds(raw, SIGHT[row["visible"]])]
        assert int(row["seeds"]) == len(days)
        if days:
            cost_usd = np.mean([one["cost_usd"] for one in days])
            assert first(row["cost, usd"]) == pytest.approx(cost_usd, abs=0.051)
            assert first(row["gap, %"]) == pytest.approx(100.0 * (cost_usd / bound_usd - 1.0), abs=0.0051)
            assert first(row["violating, %"]) == pytest.approx(100.0 * np.mean([one["violating"] for one in days]), abs=0.0051)
            assert first(row["renewable, %"]) == pytest.approx(100.0 * np.mean([one["renewable"] for one in days]), abs=0.0051)


def test_references_and_bound_stand_below(raw, printed):
    rows = {next(iter(row.values())): row for row in printed["protocols"]}
    for policy in ("rule", "mpc"):
        cost_usd = np.mean(raw[f"reference-{policy}"]["days"]["cost_usd"])
        assert first(rows[policy]["cost, usd"]) == pytest.approx(cost_usd, abs=0.051)
    assert first(rows["certified bound"]["cost, usd"]) == pytest.approx(np.mean(raw["reference-mpc"]["bound_usd"]), abs=0.051)
    assert rows["certified bound"]["gap, %"] == "0.00"


def test_a_mismatch_at_equal_levels_is_the_plain_evaluation(printed):
    plain = {row["visible"]: row for row in printed["observability"][:4]}
    for row in printed["mismatch"]:
        level = row["trained"]
        assert row[f"tested {level}"] == plain[level][row["measure"]]


def test_who_reads_less_loses_nothing_where_more_is_visible(raw):
    for level in LEVELS:
        for one in seeds(raw, SIGHT[level]):
            above = LEVELS[LEVELS.index(level) :]
            assert all(one["tested"][test] == one["tested"][level] for test in above)


def test_what_clocks_cost_is_to_the_synchronous_day(raw, printed):
    still = np.mean(raw["timing-synchronous"]["days"]["cost_usd"])
    for row in printed["timing"]:
        cost_usd = np.mean(raw[f"timing-{row['schedule']}"]["days"]["cost_usd"])
        assert float(row["cost, usd"]) == pytest.approx(cost_usd, abs=0.0051)
        assert float(row["to synchronous, %"]) == pytest.approx(100.0 * (cost_usd / still - 1.0), abs=0.0051)


def test_scales_are_told_as_they_were_measured(raw, printed):
    for row in printed["scalability"]:
        name = f"{row['grid'].replace(' ', '')}_{row['shape']}"
        assert float(row["step, us"]) == pytest.approx(1e6 * raw[f"scale-{name}"]["step_s"], abs=0.051)
        if f"learn-{name}" in raw:
            costs = [point["cost_usd"] for point in raw[f"learn-{name}"]["curve"]]
            assert float(row["last, usd"]) == pytest.approx(costs[-1], abs=0.051)
            assert float(row["learnt, %"]) == pytest.approx(100.0 * (1.0 - costs[-1] / costs[0]), abs=0.0051)


def test_without_trainings_rows_are_empty_and_without_references_there_is_no_table():
    whole = shelf()
    rows = tables.algorithms(Shelf(references=whole.references))
    assert rows[1] == ("mappo", *["-"] * 5, "0")
    with pytest.raises(InvalidInput, match="--rerun"):
        tables.algorithms(Shelf(trainings=whole.trainings))


@given(st.lists(st.floats(1.0, 1e4), min_size=2, max_size=30))
def test_the_steps_to_learn_are_the_first_point_that_is_low_enough(costs):
    curve = [Point(steps=100 * i, cost_usd=cost) for i, cost in enumerate(costs)]
    found = steps_to_learn(curve)
    if costs[-1] >= costs[0]:
        assert found is None
    else:
        wanted = costs[0] - 0.9 * (costs[0] - costs[-1])
        assert costs[found // 100] <= wanted
        assert all(cost > wanted for cost in costs[: found // 100])


def test_one_seed_has_no_spread():
    assert spread([1.25], 2) == "1.25"
    assert spread([1.0, 3.0], 1) == "2.0 ± 1.4"


def test_the_command_prints_them_and_loads_no_torch(capsys):
    import sys  # noqa: PLC0415

    before = "torch" in sys.modules
    assert main(["paper", "heron", "--only", "mismatch,timing"]) == 0
    assert capsys.readouterr().out == tables.text(shelf(), ("mismatch", "timing"))
    assert main(["paper", "heron", "--only", "timing", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == tables.document(shelf(), ("timing",))
    assert ("torch" in sys.modules) is before


def test_an_unknown_table_is_refused(capsys):
    assert main(["paper", "heron", "--only", "timings"]) == 3
    assert "did you mean 'timing'" in capsys.readouterr().err


def test_the_page_says_nothing_that_no_table_does(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    page = runpy.run_path(str(DOCS / "paper_heron.py"))
    assert page["main"](["--check"]) == 0, "run python docs/paper_heron.py"
    assert page["unknown"](page["PAGE"].read_text(encoding="utf-8")) == []
