r"""The leaderboard as LaTeX: tables to `\input`, with booktabs' rules where that is loaded, plain ones where it is not."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.html.text import printable
from gridbench.standings.columns import ACROSS, COLUMNS, NONE
from gridbench.standings.sections import CLASSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.standings.overall import Overall
    from gridbench.standings.sections import Section

SHOWN = ("rank", "policy", "kind", "score", "95 % interval", "cost usd", "gap to bound %", "violating steps %", "seeds")
"""The columns that fit a page."""
HEAD = r"""% Made by `gridbench leaderboard`, never edited by hand. \input it; \usepackage{booktabs} is welcome, and not needed.
\providecommand{\toprule}{\hline}\providecommand{\midrule}{\hline}\providecommand{\bottomrule}{\hline}
"""
MARKUP = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    '"': "''", "`": r"\textasciigrave{}", "'": r"\textquotesingle{}", "-": "{-}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one class of information, in order, and how many of them stand above the line."""

    information: str
    rows: Sequence[Sequence[str]]
    above: int


def latex(found: Sequence[Section], across: Sequence[Overall]) -> str:
    """Return a table across scenarios and one for each scenario and its days, entries below the line after a second rule."""
    parts = [HEAD]
    if across:
        groups = [
            Group(one.information, [(*[column.text(one, own) for column in ACROSS],) for own in one.standings], ranked(one))
            for one in across
        ]
        parts.append(_table("Across scenarios, by Borda points.", [c.name for c in ACROSS], "rlllrrrr", groups))
    columns = [column for column in COLUMNS if column.name in SHOWN]
    for protocol in dict.fromkeys(section.protocol for section in found):
        own = [section for section in found if section.protocol == protocol]
        groups = [
            Group(one.information, [(*[column.text(line) for column in columns],) for line in one.lines], admissible(one))
            for one in own
        ]
        parts.append(_table(f"{protocol}.", [column.name for column in columns], "rllrlrrrr", groups))
    return "\n".join(parts)


def ranked(one: Overall) -> int:
    """Return how many policies stand above the line."""
    return sum(standing.rank is not None for standing in one.standings)


def admissible(one: Section) -> int:
    """Return how many entries stand above the line."""
    return sum(entry.admissible for entry in one.entries)


def _table(caption: str, header: Sequence[str], shape: str, groups: Sequence[Group]) -> str:
    def across(text: str) -> str:
        return rf"\multicolumn{{{len(header)}}}{{l}}{{{text}}} \\"

    lines = [r"\begin{table}[htb]", r"\centering\footnotesize", rf"\caption{{{escaped(caption)}}}"]
    lines += [rf"\begin{{tabular}}{{{shape}}}", r"\toprule", _row(header)]
    for group in groups:
        title = escaped(f"{group.information}: {CLASSES[group.information]}")
        lines += [r"\midrule", across(rf"\emph{{{title}}}"), *(_row(cells) for cells in group.rows[: group.above])]
        below = [_row(cells) for cells in group.rows[group.above :]]
        lines += [across("below the line"), *below] if below else []
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", r"\end{table}", ""])


def _row(cells: Sequence[str]) -> str:
    return " & ".join("--" if cell == NONE else _cell(cell) for cell in cells) + r" \\"


def _cell(text: str) -> str:
    """Return a cell, the signs of its numbers as signs."""
    return "$-$".join(escaped(part) for part in re.split(r"(?<![\w.-])-(?=\d)", text))


def escaped(text: str) -> str:
    """Return a text as LaTeX in plain ASCII: marks above letters fall away, other letters show as `?`."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", printable(text)) if not unicodedata.combining(one))
    return "".join(MARKUP.get(one, one if one.isascii() else "?") for one in plain)
