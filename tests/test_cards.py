"""The generated parts of cards: numbers where there are any, "-" where there are none, never an error."""

from pathlib import Path

import pytest

from gridbench.bench.evidence import Evidence
from gridbench.scenario.catalogue import load_scenario
from gridbench.scenario.series.calendar import CONTINGENCY, SplitDays, split_tables
from gridbench.scenario.series.frozen import load, save
from gridbench.scenario.series.outage import with_outages

ROOT = Path(__file__).parents[1]
SCENARIO = "ieee34_ieee13-v1"


@pytest.fixture
def cards(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import cards  # noqa: PLC0415 a script beside the pages, no part of the package

    return cards


def test_without_records_every_number_is_a_dash(cards, tmp_path, monkeypatch):
    monkeypatch.setattr("gridbench.bench.intervals.scenario_root", lambda: tmp_path)
    known = Evidence(load_scenario(SCENARIO), tmp_path)
    text = {mark: part(known) for mark, part in cards.CARD.items()}
    assert text["oracle"].startswith(f"Certified gap over the {len(known.days)} test days: -.")
    rows = [line for line in text["binding"].splitlines() if line.startswith("|")][2:]
    assert len(rows) == 5
    assert all(line.endswith("| - | - | - |") for line in rows)


def test_days_with_a_violation_are_counted_once_whatever_the_seeds(cards):
    rows = [{"day": 1.0, "share": 0.5}, {"day": 1.0, "share": 0.25}, {"day": 2.0, "share": 0.0}]
    assert cards._violating(rows, "share") == "1"
    assert cards._violating([], "share") == "-"


def test_the_splits_tell_which_units_are_out_and_for_how_long(cards, tmp_path):
    """The reference scenario with a breaker for one diesel, which is out on two days."""
    folder = tmp_path / "own"
    text = (ROOT / "tests" / "scenario" / "reference.toml").read_text(encoding="utf-8")
    head, tail = text[: text.index("[[split]]")], 'name = "MG1.diesel"\n'
    assert head.count(tail) == 1
    added = split_tables([SplitDays(CONTINGENCY, ("test",), (3, 40, 80)), SplitDays("summer_peak", ("test",), (200, 201))])
    folder.mkdir()
    (folder / "scenario.toml").write_text(head.replace(tail, f'{tail}connection = "connected_MG1.diesel"\n') + added)
    series = with_outages(load(ROOT / "scenarios" / SCENARIO / "series" / "test.npz"), ["MG1.diesel"], [3, 40])
    save(series, folder / "series" / "test.npz")
    lines = {line.split(" | ")[0].strip("| "): line for line in cards.splits(Evidence(load_scenario(folder))).splitlines()}
    assert "one unit cut off for" in lines[CONTINGENCY]
    assert lines[CONTINGENCY].endswith("which no forecast tells: MG1.diesel |")
    assert lines["summer_peak"].endswith("| the days of the largest demand from June to August |")
    assert f"{series.preset}, {series.seed}" in lines["summer_peak"]
