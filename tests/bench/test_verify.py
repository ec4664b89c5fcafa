"""A record that was tampered with is refused, with all faults at once."""

import json
from dataclasses import replace

import numpy as np
import pytest

from gridbench.bench import intervals
from gridbench.bench.files import read_arrays, write_arrays
from gridbench.bench.verify import verify


@pytest.fixture
def check(tiny_folder):
    return lambda folder: verify(folder, scenario=tiny_folder)


def edit(folder, change):
    path = folder / "record.json"
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


def cells(folder):
    return [line.split(",") for line in (folder / "episodes.csv").read_text().splitlines()]


def write_cells(folder, table):
    (folder / "episodes.csv").write_text("\n".join(",".join(line) for line in table) + "\n")


@pytest.mark.parametrize("name", ["idle", "random", "foresight"])
def test_honest_records_hold(check, played, name):
    assert check(played[name].folder) == []
    assert check(played[name].folder / "record.json") == []


def test_a_lowered_cost_is_found_where_it_stands_and_in_the_scores(check, copied):
    folder = copied("random")
    table = cells(folder)
    table[2][table[0].index("cost_usd")] = "180.0"
    write_cells(folder, table)
    edit(folder, lambda record: record["scores"].update(cost_usd_mean=200.0, score_iqm=0.9))
    faults = check(folder)
    assert any("seed 0, day 1, cost_usd: 180.0 should be" in fault for fault in faults)
    assert any(fault.startswith("scores, cost_usd_mean: 200.0") for fault in faults)
    assert any(fault.startswith("scores, score_iqm: 0.9") for fault in faults)
    assert len(faults) == 3


def test_changed_actions_are_found(check, copied):
    folder = copied("random")
    arrays = read_arrays(folder / "actions.npz")
    arrays["asks"][1, 2] *= 0.5
    write_arrays(folder / "actions.npz", arrays)
    faults = check(folder)
    assert any("seed 1, day 2, cost_usd" in fault for fault in faults)
    assert not any("seed 0" in fault for fault in faults)


@pytest.mark.parametrize(
    ("alter", "message"),
    [
        (lambda asks: asks.astype(np.float64), "must be float32"),
        (lambda asks: asks[:, :, :-1], "must be float32 (2, 3, 6"),
        (lambda asks: np.where(np.arange(asks.shape[-1]) == 0, np.nan, asks).astype(np.float32), "NaN"),
    ],
)
def test_actions_of_another_form_are_refused(check, copied, alter, message):
    folder = copied("random")
    arrays = read_arrays(folder / "actions.npz")
    write_arrays(folder / "actions.npz", {**arrays, "asks": alter(arrays["asks"])})
    assert any(message in fault for fault in check(folder))


def test_a_removed_row_a_doubled_row_and_a_wrong_header_are_found(check, copied):
    folder = copied("random")
    table = cells(folder)
    write_cells(folder, [*table[:3], *table[4:]])
    assert "episodes.csv: seed 0, day 2: row is missing" in check(folder)
    write_cells(folder, [*table, table[-1]])
    assert any("stated twice" in fault for fault in check(folder))
    write_cells(folder, [["seed", *table[0][2:]], *table[1:]])
    assert any("missing: ['day']" in fault for fault in check(folder))


def test_schema_faults_come_all_at_once(check, copied):
    folder = copied("idle")

    def change(record):
        record["sponsor"] = "me"
        record["scores"]["score_iqm"] = "0.99"
        record["policy"]["kind"] = "magic"
        del record["protocol"]["days"]

    edit(folder, change)
    faults = "\n".join(check(folder))
    for part in ("sponsor: unknown key", "scores.score_iqm", "policy.kind", "protocol.days"):
        assert part in faults


def test_other_files_than_the_scenarios_are_found(check, copied):
    folder = copied("idle")
    edit(folder, lambda record: record["scenario"].update(digest="sha256:" + "0" * 64))
    edit(folder, lambda record: record["bound"].update(digest="sha256:" + "0" * 64, median_gap=0.5))
    faults = check(folder)
    assert any(fault.startswith("scenario.digest") for fault in faults)
    assert any(fault.startswith("bound: ") for fault in faults)
    assert any(fault.startswith("bound, median_gap") for fault in faults)


def test_a_cost_below_the_bound_is_refused(check, copied, monkeypatch):
    known = intervals.interval
    monkeypatch.setattr(intervals, "interval", lambda *of: replace(known(*of), bound_usd=1e4))
    assert any("below the bound: seed 0, day 2" in fault for fault in check(copied("idle")))


def test_missing_files_and_unknown_scenarios_are_faults_not_tracebacks(check, copied, tmp_path):
    folder = copied("idle")
    assert any("unknown scenario 'tiny-v1'" in fault for fault in verify(folder))
    (folder / "actions.npz").write_bytes(b"no archive")
    assert any(fault.startswith("actions.npz: is no archive") for fault in check(folder))
    (folder / "episodes.csv").unlink()
    assert any("episodes.csv: cannot be read" in fault for fault in check(folder))
    assert any("cannot be read" in fault for fault in check(tmp_path / "nowhere"))
