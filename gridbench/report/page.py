"""The page of a run: one self-contained file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.bench.files import write_text
from gridbench.errors import InvalidInput
from gridbench.html import asset, document, escaped, isolated
from gridbench.report.case import Case, read_case
from gridbench.report.days import days
from gridbench.report.findings import MOST_DAYS, Findings, dearest, examine
from gridbench.report.matrix import STYLE as HEAT
from gridbench.report.matrix import matrix
from gridbench.report.money import money
from gridbench.report.safety import clipped, lost, violations
from gridbench.report.summary import summary

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE = "report.html"
STYLE = f"""{HEAT}
summary {{ cursor: pointer; min-height: 1.5rem; margin: .75rem 0; }}
tbody.sum td {{ border-top: 2px solid var(--line); font-weight: 600; }}
.charts {{ margin: .75rem 0; }}
.charts > figure:only-child {{ max-width: 44rem; }}
"""


def write_report(
    run: Path | str,
    out: Path | str | None = None,
    *,
    days: Sequence[int] | None = None,
    scenario: Path | str | None = None,
    quiet: bool = True,
) -> Path:
    """Write the page of a record (its file or folder) and return its path, report.html beside the record by default.

    `days` are drawn beside the oracle's, by default the three that lost the most; `scenario` is the folder of one that is not
    built in. Raises InvalidInput, SolverError, StorageError.
    """
    place = Path(run)
    folder = place if place.is_dir() else place.parent
    case = read_case(place, scenario=scenario, quiet=quiet)
    path = Path(out) if out is not None else folder / FILE
    write_text(path, report(case, examine(case, _chosen(case, days), quiet=quiet)))
    return path


def _chosen(case: Case, days: Sequence[int] | None) -> list[tuple[int, int]]:
    """Return which episodes are drawn: of every day the seed that lost the most."""
    if days is None:
        return dearest(case, case.days)[:MOST_DAYS]
    unknown = sorted(set(days) - set(case.days))
    if unknown:
        listed = ", ".join(map(str, case.days))
        raise InvalidInput("--days", [f"day {day} was not run: choose of {listed}" for day in unknown])
    by_day = {day: (seed, day) for seed, day in dearest(case, case.days)}
    return [by_day[day] for day in dict.fromkeys(days)]


def report(case: Case, found: Findings) -> str:
    """Return the page as HTML; the same record and code are the same bytes."""
    name, scenario = case.record.policy.name, case.scenario.id
    drawn = {one.day for one in found.shown}
    chosen = "Of each day the seed that lost the most against the oracle's schedule." if len(case.seeds) > 1 else ""
    sections = [
        ("summary", "Summary", summary(case, found)),
        ("scores", "Scores by day and seed", matrix(case, drawn)),
        ("money", "Where money was lost", money(case, found)),
        ("days", "Days beside the oracle", f"<p>{chosen}</p>{days(case, found)}"),
        ("violations", "Violations", violations(found)),
        ("lost", "Lost episodes", lost(case)),
        ("clipped", "Clipped actions", clipped(case, found)),
    ]
    links = "".join(f'<li><a href="#{key}">{escaped(title)}</a></li>' for key, title, _ in sections)
    body = "".join(f'<section id="{key}"><h2>{escaped(title)}</h2>{html}</section>\n' for key, title, html in sections)
    header = f'<h1>{isolated(name)} in {isolated(scenario)}</h1><nav aria-label="Sections"><ol>{links}</ol></nav>'
    footer = "<p>Made by gridbench report from the record's own files, its actions replayed in the plant.</p>"
    return document(f"{name} in {scenario}", body, header=header, footer=footer, script=asset("sort.js"), style=STYLE)
