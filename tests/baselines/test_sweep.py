"""Sweeps: what a file asks to try, its faults, and the table of what came of it."""

from __future__ import annotations

import csv
import importlib.util
import subprocess
import sys

import pytest
from trainer_files import BASELINES

from gridbench.errors import InvalidInput

FAST = BASELINES / "fast"


@pytest.fixture
def sweep(shared, monkeypatch):  # noqa: ARG001
    """The script of sweeps as a module."""
    monkeypatch.setenv("PYTHONPATH", "")
    spec = importlib.util.spec_from_file_location("sweep", BASELINES / "sweep" / "sweep.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "sweep", module)
    spec.loader.exec_module(module)
    return module


def written(folder, text):
    path = folder / "sweep.toml"
    path.write_text(text)
    return path


def test_every_combination_of_choices_is_tried(sweep, tmp_path):
    found = sweep.read_sweep(written(tmp_path, "[recipe]\nlr = [1e-4, 2e-4]\nhidden = [[32, 32], [64]]"), FAST)
    assert [tuple(one.values()) for one in found.trials] == [
        ("0.0001", "32,32"), ("0.0001", "64"), ("0.0002", "32,32"), ("0.0002", "64")
    ]  # fmt: skip
    assert found.at_once == 1


def test_draws_are_the_same_again_and_within_their_range(sweep, tmp_path):
    path = written(tmp_path, "trials = 20\nseed = 3\n[recipe]\nlr = {low = 1e-5, high = 1e-2, log = true}\nclip = [0.1, 0.2]")
    first, again = (sweep.read_sweep(path, FAST).trials for _ in range(2))
    assert first == again
    rates = [float(one["lr"]) for one in first]
    assert all(1e-5 <= one <= 1e-2 for one in rates)
    assert sum(one < 3e-4 for one in rates) > 5, "evenly on the logarithm"
    whole = written(tmp_path, "trials = 5\n[recipe]\nppo_epochs = {low = 2, high = 9}")
    assert all(2 <= int(one["ppo_epochs"]) <= 9 for one in sweep.read_sweep(whole, FAST).trials)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[recipe]\nlrr = [1.0]", "did you mean 'lr'"),
        ("[recipe]\nlr = ['quick']", "is no float"),
        ("[recipe]\nlr = {low = 1.0}", "give a list of choices, or a range"),
        ("[recipe]\nlr = {low = 2.0, high = 1.0}", "low must be below high"),
        ("[recipe]\nlr = {low = 0.0, high = 1.0, log = true}", "above 0 on a logarithmic scale"),
        ("[recipe]\nlr = {low = 1e-5, high = 1.0}", "trials: say how many"),
        ("[recipe]\nlr = []", "a list of no choices"),
        ("trial = 3\n[recipe]\nlr = [1.0]", "unknown key 'trial'"),
        ("trials = 0.5\n[recipe]\nlr = [1.0]", "trials: 0.5 must be a whole number"),
        ("trials = 3", "recipe: missing"),
        ("= 3", "is no TOML"),
    ],
)
def test_faults_are_told_before_a_trial_begins(sweep, text, said, tmp_path):
    with pytest.raises(InvalidInput, match=said):
        sweep.read_sweep(written(tmp_path, text), FAST)


def test_the_table_ranks_admissible_trials_first_and_failed_ones_last(sweep, tmp_path):
    rows = {"000": [(1, 9.0, 0), (2, 8.0, 0)], "001": [(1, 20.0, 1), (2, 30.0, 1)], "002": [(1, 1.0, 1)], "003": []}
    for name, found in rows.items():
        folder = tmp_path / name
        folder.mkdir()
        lines = [f"{i},{i},0.0,{cost},nan,0.0,{admissible}\n" for i, cost, admissible in found]
        (folder / "log.csv").write_text("iteration,steps,seconds,validation_usd,score,violating,admissible\n" + "".join(lines))
        if name in {"000", "001"}:
            (folder / "done").touch()
    table = sweep.table_of(tmp_path, [{"lr": str(i)} for i in range(4)])
    assert [row["trial"] for row in table] == ["001", "000", "002", "003"]
    assert [row["state"] for row in table] == ["done", "done", "failed", "failed"]
    assert [float(row["validation_usd"]) for row in table[:2]] == [20.0, 8.0]


@pytest.mark.slow
def test_a_sweep_runs_goes_on_and_refuses_other_trials(tmp_path):
    if not all(importlib.util.find_spec(one) for one in ("torch", "ray")):
        pytest.skip("needs the extra `rl` (torch and ray)")
    path, out = written(tmp_path, "[recipe]\nlr = [1e-4, 1e-3]"), tmp_path / "out"
    tiny = ["hidden=16", "days_per_iteration=4", "minibatch=48", "rounds=0", "validation_days=1"]
    script = [sys.executable, str(BASELINES / "sweep" / "sweep.py"), str(path), str(FAST / "train.py")]
    command = [*script, "--scenario", "ieee13", "--steps", "96", "--out", str(out)]
    subprocess.run([*command, "--set", *tiny], check=True, capture_output=True)  # noqa: S603
    with (out / "sweep.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert {row["lr"] for row in table} == {"0.0001", "0.001"}
    assert all(row["state"] == "done" for row in table)
    path.write_text("[recipe]\nlr = [1e-4, 5e-3]")
    refused = subprocess.run([*command, "--resume", "--set", *tiny], check=False, capture_output=True, text=True)  # noqa: S603
    assert refused.returncode == 3
    assert "asks for other trials" in refused.stderr
