"""docs/policies.md: its block prints what it says."""

import pytest
from pages import Page

PAGE = Page("policies.md")


def test_every_python_block_has_its_output():
    assert PAGE.fences == (len(PAGE.blocks), len(PAGE.blocks)) == (1, 1)


@pytest.mark.parametrize(("code", "printed"), PAGE.blocks, ids=PAGE.ids)
def test_a_block_prints_what_the_page_says(code, printed):
    assert PAGE.printed(code) == printed
