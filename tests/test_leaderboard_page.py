"""docs/leaderboard.md: its block prints what it says."""

from pathlib import Path

import pytest
from pages import Page

PAGE = Page("leaderboard.md")


def test_every_python_block_has_its_output():
    assert PAGE.fences == (len(PAGE.blocks), len(PAGE.blocks)) == (1, 1)


@pytest.mark.parametrize(("code", "printed"), PAGE.blocks, ids=PAGE.ids)
def test_a_block_prints_what_the_page_says(code, printed, monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[1])
    assert PAGE.printed(code) == printed
