"""Pages of docs: every block of Python prints the block of text that follows it."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


class Page:
    """One page: its text, and its blocks of Python with what each prints."""

    def __init__(self, name):
        self.name, self.text = f"docs/{name}", (DOCS / name).read_text()
        self.blocks = re.findall(r"```python\n(.*?)```\n```text\n(.*?)```", self.text, flags=re.DOTALL)
        self.ids = [str(n) for n in range(len(self.blocks))]

    @property
    def fences(self):
        """How many blocks of Python and of text there are, paired or not."""
        return self.text.count("```python"), self.text.count("```text")

    def printed(self, code):
        """Return what a block prints."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, self.name, "exec"), {"__name__": "page"})  # noqa: S102 - the page is ours
        return out.getvalue()
