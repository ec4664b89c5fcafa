"""Where each view of the page lies: an address behind the `#`, plain and its own, whatever a policy is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.html import escaped, isolated, link, slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gridbench.standings.entries import Entry

HOME = "#/"


class Places:
    """The addresses of scenarios, entries and days."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Give every entry an address of its own: that of its folder, with a number where two would share one."""
        self._places: dict[str, str] = {}
        taken: set[str] = set()
        for entry in sorted(entries, key=lambda one: one.folder):
            own = "-".join(entry.folder.split("/")[1:]) or entry.folder
            place = wanted = f"{self.scenario(entry.record.scenario.id)}/{slug(own)}"
            number = 1
            while place in taken:
                number += 1
                place = f"{wanted}-{number}"
            taken.add(place)
            self._places[entry.folder] = place

    def scenario(self, scenario: str) -> str:
        """Return the address of a scenario."""
        return f"#/scenario/{slug(scenario)}"

    def entry(self, entry: Entry) -> str:
        """Return the address of an entry."""
        return self._places[entry.folder]

    def day(self, entry: Entry, day: int) -> str:
        """Return the address of a day of an entry."""
        return f"{self.entry(entry)}/day/{day}"


def view(place: str, title: str, trail: Sequence[tuple[str | None, str]], body: str) -> str:
    """Return a view as HTML: the trail of links to it, its heading, and what it shows. `body` is HTML that is safe already."""
    steps = "".join(f"<li>{link(address, label)}</li>" for address, label in trail)
    shown = f'<nav aria-label="Trail"><ol>{steps}</ol></nav>' if trail else ""
    name = "home" if place == HOME else place.removeprefix("#")
    full = "gridbench leaderboard" if place == HOME else f"{title} - gridbench leaderboard"
    return (
        f'<section class="view" id="{escaped(name)}" data-title="{escaped(full)}">\n{shown}'
        f'<h1 tabindex="-1">{isolated(title)}</h1>\n{body}\n</section>\n'
    )


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a list of names and values as HTML; the values are HTML that is safe already."""
    return '<dl class="facts">' + "".join(f"<dt>{escaped(name)}</dt><dd>{value}</dd>" for name, value in pairs) + "</dl>"
