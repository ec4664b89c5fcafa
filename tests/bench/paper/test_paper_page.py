"""The page shows what the command prints; seconds differ from run to run, and how a search went from machine to machine."""

import re
from pathlib import Path

from gridbench.bench.paper.oracle_table import table

PAGE = Path(__file__).parents[3] / "docs" / "paper_oracle.md"


def figures(text):
    """Return the lines with blanks as one and without what stands to the right of `agrees`."""
    lines = (re.sub(r" (yes|NO|agrees) .*", r" \1", line) for line in text.splitlines())
    return [" ".join(line.split()) for line in lines if set(line) - set("- ")]


def test_the_page_shows_what_the_command_prints(found):
    shown = re.search(r"```text\n\$ gridbench paper oracle\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    lines = [line for group in found.values() for line in group]
    assert figures(shown[1]) == figures(table(lines))
