"""The leaderboard as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gridbench.html.text import printable
from gridbench.standings.columns import ACROSS, BELOW, COLUMNS, EXPLAINED, MEANING
from gridbench.standings.overall import RULE, Overall

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gridbench.standings.sections import Section


def markdown(found: Sequence[Section], across: Sequence[Overall]) -> str:
    """Return the tables across scenarios, those of each scenario, and what their columns mean."""
    text = ["# Leaderboard", "", f"Made by `gridbench leaderboard`. {MEANING} {EXPLAINED}"]
    if across:
        text += ["", "## Across scenarios", "", RULE]
    for one in across:
        text += ["", f"### {safe(one.title)}"]
        for title, ranked in (("", True), ("Below the line (admissible on no scenario)", False)):
            kept = [standing for standing in one.standings if (standing.rank is not None) is ranked]
            rows = [[column.text(one, standing) for column in ACROSS] for standing in kept]
            text += [*(["", f"#### {title}"] if title and rows else []), *_table([column.name for column in ACROSS], rows)]
    for section in found:
        text += ["", f"## {safe(section.title)}"]
        for title, admissible in ((f"Admissible ({section.rule})", True), (BELOW, False)):
            rows = [[column.text(line) for column in COLUMNS] for line in section.lines if line.entry.admissible is admissible]
            text += [*(["", f"### {title}"] if rows else []), *_table([column.name for column in COLUMNS], rows)]
    if found:
        text += ["", "## Columns", "", *(f"- **{column.name}**: {column.meaning}" for column in COLUMNS)]
    if across:
        text += ["", "Across scenarios:", "", *(f"- **{column.name}**: {column.meaning}" for column in ACROSS)]
    return "\n".join(text) + "\n"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(safe(cell) for cell in row)} |" for row in rows]
    return ["", f"| {' | '.join(header)} |", f"| {' | '.join(['---'] * len(header))} |", *lines] if lines else []


def safe(text: str) -> str:
    """Return a text as Markdown that shows it: no markup, no HTML, no link that makes itself."""
    shown = re.sub(r"([\\`*\[\]<>|~!#&@])", r"\\\1", printable(text))
    return re.sub(r"(?i)(https?|ftp):|(www)\.", lambda found: f"{found[1]}\\:" if found[1] else f"{found[2]}\\.", shown)
