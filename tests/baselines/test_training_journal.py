"""The journal: rows in log.csv, and the same rows for Weights & Biases where it is asked for."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from gridbench.errors import InvalidInput

ROW = {"iteration": 1, "steps": 24, "score": 0.5}


@pytest.fixture
def runs(monkeypatch):
    """What a stand-in for wandb is told: a list of (what it was begun with, its rows)."""
    begun = []

    def init(**given):
        begun.append((given, []))
        return SimpleNamespace(log=begun[-1][1].append, define_metric=lambda *_, **__: None)

    monkeypatch.setitem(sys.modules, "wandb", SimpleNamespace(init=init))
    return begun


def test_weights_and_biases_is_told_the_rows_of_the_log(shared, runs, monkeypatch, tmp_path):
    monkeypatch.setenv("GRIDBENCH_WANDB", "grids")
    for _ in range(2):
        shared("journal").Journal(tmp_path / "run", config={"lr": 1e-3}).tell(ROW)
    (first, rows), (again, _) = runs
    assert rows == [ROW]
    assert (first["project"], first["name"], first["config"]) == ("grids", "run", {"lr": 1e-3})
    assert again["id"] == first["id"], "a run that goes on is the same run"
    assert (tmp_path / "run" / "log.csv").read_text() == "iteration,steps,score\n1,24,0.5\n"


def test_it_is_not_asked_for_where_no_project_is_named(shared, runs, monkeypatch, tmp_path):
    monkeypatch.delenv("GRIDBENCH_WANDB", raising=False)
    shared("journal").Journal(tmp_path).tell(ROW)
    assert runs == []


def test_without_the_library_it_is_refused(shared, monkeypatch, tmp_path):
    monkeypatch.setenv("GRIDBENCH_WANDB", "grids")
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(InvalidInput, match="pip install wandb"):
        shared("journal").Journal(tmp_path)
