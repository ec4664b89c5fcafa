"""Every block of Python on docs/oracle.md prints the block of text that follows it."""

from __future__ import annotations

import pytest
from pages import Page

from gridbench import oracle

PAGE = Page("oracle.md")


def test_every_python_block_has_its_output():
    assert PAGE.fences == (len(PAGE.blocks), len(PAGE.blocks)) == (7, 7)


@pytest.mark.parametrize(("code", "printed"), PAGE.blocks, ids=PAGE.ids)
def test_a_block_prints_what_the_page_says(code, printed):
    assert PAGE.printed(code) == printed


def test_every_public_name_is_on_the_page():
    assert [name for name in oracle.__all__ if name not in PAGE.text] == []
