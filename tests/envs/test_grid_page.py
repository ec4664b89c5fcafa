"""Every block of Python on docs/grid.md prints the block of text that follows it."""

from __future__ import annotations

import pytest
from pages import Page

PAGE = Page("grid.md")


def test_every_python_block_has_its_output():
    assert PAGE.fences == (len(PAGE.blocks), len(PAGE.blocks)) == (5, 5)


@pytest.mark.parametrize(("code", "printed"), PAGE.blocks, ids=PAGE.ids)
def test_a_block_prints_what_the_page_says(code, printed):
    assert PAGE.printed(code) == printed
