"""Generated pages are those that the code would write now."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from gridbench.standings.files import stale

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("script", ["networks.py", "observations.py", "records.py", "results.py", "tables.py", "baselines.py"])
def test_no_generated_page_is_stale(script, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    written = runpy.run_path(str(ROOT / "docs" / script))
    assert written["main"](["--check"]) == 0, f"run python docs/{script}"


def test_the_leaderboard_is_not_stale():
    assert stale(ROOT / "results") == [], "run gridbench leaderboard results"
