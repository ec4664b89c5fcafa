"""Writes the answers on docs/results.md: what `gridbench results` prints for each block of SQL, on the records of results/.

python docs/results.py            # write
python docs/results.py --check    # exit code 1 where the page is stale
"""

from __future__ import annotations

import contextlib
import io
import re
import sys

from generated import ROOT, settle

from gridbench.cli import main as gridbench

PAGE = ROOT / "docs" / "results.md"
QUESTION = re.compile(r"(```sql\n(.*?)```\n```text\n)(.*?)```", flags=re.DOTALL)


def answered(question: re.Match[str]) -> str:
    """Return a question and its answer."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = gridbench(["results", question[2], "--results", str(ROOT / "results")])
    if code:
        raise SystemExit(f"no answer to:\n{question[2]}")
    return f"{question[1]}{out.getvalue()}```"


def main(arguments: list[str]) -> int:
    """Write the page, or compare it."""
    return settle({PAGE: QUESTION.sub(answered, PAGE.read_text(encoding="utf-8")).encode()}, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
