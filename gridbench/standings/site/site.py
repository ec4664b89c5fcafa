"""The leaderboard as one page: a view of all entries, of each scenario, of each entry, and of a few of its days."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.errors import GridbenchError, InvalidInput
from gridbench.html import asset, document
from gridbench.standings.shown import ShownDay, Stage
from gridbench.standings.site.day_view import day_view
from gridbench.standings.site.entry_view import entry_view
from gridbench.standings.site.home import home
from gridbench.standings.site.places import Places
from gridbench.standings.site.scenario_view import scenario_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.standings.overall import Overall
    from gridbench.standings.sections import Line, Section

FOOTER = "Made by <code>gridbench leaderboard</code> from the records beside this page: every number can be replayed."


def site(found: Sequence[Section], across: Sequence[Overall]) -> str:
    """Return the page as HTML; raises InvalidInput with every entry whose actions are not its own."""
    lines = [line for section in found for line in section.lines]
    places, days = Places(line.entry for line in lines), _days(lines)
    parts = [home(found, across, places)]
    for name in dict.fromkeys(section.scenario for section in found):
        own = [section for section in found if section.scenario == name]
        parts.append(scenario_view(own, places))
        for line in (line for section in own for line in section.lines):
            shown = days[line.entry.folder]
            parts.append(entry_view(line, shown, places))
            parts += [day_view(line.entry, one, shown, places) for one in shown]
    code = "\n".join([asset("sort.js"), own_asset("views.js")])
    return document("gridbench leaderboard", "".join(parts), footer=FOOTER, script=code, style=own_asset("views.css"))


def _days(lines: Sequence[Line]) -> dict[str, list[ShownDay]]:
    """Return the days that are shown by the folder of their entry, all faults at once."""
    stages: dict[Path, Stage] = {}
    found, faults = {}, []
    for line in lines:
        entry = line.entry
        stage = stages.setdefault(entry.home, Stage(entry.scenario, entry.home))
        try:
            found[entry.folder] = stage.days(entry)
        except GridbenchError as error:
            faults += [f"{entry.folder}: {fault}" for fault in getattr(error, "faults", [str(error)])]
    if faults:
        raise InvalidInput("records", faults)
    return found


@cache
def own_asset(name: str) -> str:
    """Return a style or a script that lies beside this module."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
