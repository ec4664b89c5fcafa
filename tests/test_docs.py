"""Generated pages are those that the code would write now."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_page_of_observations_is_not_stale():
    written = runpy.run_path(str(ROOT / "docs" / "observations.py"))
    assert written["main"](["--check"]) == 0, "run python docs/observations.py"
