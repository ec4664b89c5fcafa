"""The first view: standings across scenarios, and all entries in one table that filters and sorts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.html import Column, escaped, legend, link
from gridbench.standings.columns import ACROSS, COLUMNS, INFORMATION, MEANING, SCENARIO
from gridbench.standings.overall import RULE
from gridbench.standings.sections import CLASSES
from gridbench.standings.site.comparison import across_charts
from gridbench.standings.site.places import HOME, view
from gridbench.standings.site.tables import EVERYWHERE, across_table, entries_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gridbench.standings.overall import Overall
    from gridbench.standings.sections import Section
    from gridbench.standings.site.places import Places

KINDS = ("learned", "rule", "mpc", "oracle")
COUNTED = "Admissible entries are ranked within their scenario and class of information; the rest stand below the double line."


def home(found: Sequence[Section], across: Sequence[Overall], places: Places) -> str:
    """Return the first view as HTML."""
    lines = [line for section in found for line in section.lines]
    scenarios = list(dict.fromkeys(section.scenario for section in found))
    parts = [f"<p>{escaped(MEANING)} {COUNTED}</p>", _scenarios(scenarios, places)]
    if lines:
        entries = entries_table(lines, places, "All entries", EVERYWHERE)
        parts += ["<h2>Entries</h2>", _filters(scenarios), f'<div id="entries" class="entries">{entries}</div>']
    parts.append(f"<details><summary>What the columns mean</summary>{_legend()}</details>")
    if across:
        parts += ["<h2>Across scenarios</h2>", f"<p>{escaped(RULE)}</p>"]
        for one in across:
            charts = across_charts(one)
            parts += [f"<h3>{escaped(one.title)}</h3>", f'<div class="entries">{across_table(one)}</div>', charts]
    return view(HOME, "gridbench leaderboard", [], "\n".join(parts))


def _scenarios(scenarios: Iterable[str], places: Places) -> str:
    items = "".join(f"<li>{link(places.scenario(name), name)}</li>" for name in scenarios)
    return f'<h2>Scenarios</h2><ul class="plain">{items}</ul>' if items else "<p>There is no record yet.</p>"


def _filters(scenarios: Sequence[str]) -> str:
    def select(name: str, label: str, values: Iterable[str]) -> str:
        options = "".join(f'<option value="{escaped(value)}">{escaped(value)}</option>' for value in values)
        return f'<label>{label}<select name="{name}"><option value="">all</option>{options}</select></label>'

    return (
        '<form class="filters" id="filters" role="search" aria-label="Filter the entries">'
        '<label>text<input type="search" name="text" placeholder="policy, author, ..." autocomplete="off"></label>'
        f"{select('scenario', 'scenario', scenarios)}{select('information', 'knows', CLASSES)}{select('kind', 'kind', KINDS)}"
        '<label class="tick"><input type="checkbox" name="admissible">admissible only</label>'
        '<button class="button" type="reset">Reset</button></form><p id="count" role="status" aria-live="polite"></p>'
    )


def _legend() -> str:
    entries = [Column(one.name, one.meaning) for one in (SCENARIO, INFORMATION, *COLUMNS)]
    policies = [Column(one.name, one.meaning) for one in ACROSS]
    return f"{legend(entries)}<h3>Across scenarios</h3>{legend(policies)}"
