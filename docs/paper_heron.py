"""Writes the tables on docs/paper_heron.md: what `gridbench paper heron` prints of the records that come with the package.

python docs/paper_heron.py            # write
python docs/paper_heron.py --check    # exit code 1 where the page is stale
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from generated import settle

from gridbench.bench.paper.heron.shelf import shelf
from gridbench.bench.paper.heron.tables import TABLES, text

PAGE = Path(__file__).parent / "paper_heron.md"
TABLE = re.compile(r"```text\n\$ gridbench paper heron --only (\w+)\n.*?```", flags=re.DOTALL)
NUMBER = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.])")


def filled(page: str) -> str:
    """Return the page with its tables as they are now."""
    found = shelf()
    return TABLE.sub(lambda one: f"```text\n$ gridbench paper heron --only {one[1]}\n{text(found, (one[1],))}```", page)


def unknown(page: str) -> list[str]:
    """Return the numbers with a point in the prose that stand in no table."""
    known = set(NUMBER.findall(text(shelf(), TABLES)))
    return [number for number in NUMBER.findall(TABLE.sub("", page)) if number not in known]


def main(arguments: list[str]) -> int:
    """Write the page, or compare it."""
    return settle({PAGE: filled(PAGE.read_text(encoding="utf-8")).encode()}, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
