"""The view of a scenario: what it is, its entries by class of information, and how they compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.html import escaped
from gridbench.scenario.check import summary
from gridbench.standings.site.comparison import comparison
from gridbench.standings.site.places import HOME, facts, view
from gridbench.standings.site.tables import WITHIN, entries_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.standings.sections import Section
    from gridbench.standings.site.places import Places


def scenario_view(sections: Sequence[Section], places: Places) -> str:
    """Return the view of the scenario of these sections as HTML."""
    scenario = sections[0].entries[0].scenario
    found = summary(scenario)
    devices = sum(found.devices.values())
    told = [
        ("what", escaped(found.title)),
        ("size", f"{found.buses} buses, {found.agents} agents, {devices} devices, {found.integers} integers a step"),
        ("a day", f"{found.steps} steps of {found.step_h:g} h"),
        ("anchor (score 0)", escaped(scenario.anchor)),
        ("admissible", escaped(sections[0].rule)),
        ("digest", escaped(scenario.digest)),
    ]
    parts = [facts(told)]
    for protocol in dict.fromkeys(section.protocol for section in sections):
        own = [section for section in sections if section.protocol == protocol]
        parts.append(f"<h2>{escaped(protocol)}</h2>")
        lines = [line for section in own for line in section.lines]
        entries = entries_table(lines, places, f"{protocol}; ranks are within a class of information", WITHIN)
        parts.append(f'<div class="entries">{entries}</div>')
        parts.append(f"<h3>Comparison</h3>{comparison(own)}")
    return view(places.scenario(scenario.id), scenario.id, [(HOME, "Leaderboard"), (None, scenario.id)], "\n".join(parts))
