"""Every block of Python on docs/heron.md prints the block of text that follows it."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from gridbench.heron import REGISTRY

PAGE = (Path(__file__).parents[2] / "docs" / "heron.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```\n```text\n(.*?)```", PAGE, flags=re.DOTALL)


def test_every_python_block_has_its_output():
    assert len(BLOCKS) == PAGE.count("```python") == PAGE.count("```text") == 8


@pytest.mark.parametrize(("code", "printed"), BLOCKS, ids=[str(n) for n in range(len(BLOCKS))])
def test_a_block_prints_what_the_page_says(code, printed, monkeypatch):
    monkeypatch.setattr(REGISTRY, "_entries", dict(REGISTRY._entries))
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "docs/heron.md", "exec"), {"__name__": "page"})  # noqa: S102 - the page is ours
    assert out.getvalue() == printed
