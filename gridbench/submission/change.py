"""The change of the table between two folders of results, as markdown: what is new, what moved, what is gone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.standings.entries import read_entries
from gridbench.standings.sections import sections
from gridbench.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.standings.entries import Entry
    from gridbench.standings.sections import Section

HEADER = ("rank", "policy", "version", "score", "95 % interval", "cost usd", "gap to bound %", "violating steps %", "change")
SPECIAL = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", "|": "&#124;", "`": "&#96;", "[": "&#91;", "]": "&#93;"}
"""What would be more than text in a table of markdown: tags, mentions, cells, code, links."""
Place = tuple[str, str, int, str]


@dataclass(frozen=True)
class Change:
    """The lines of the table that differ, as markdown, and what may not be: rows that are gone, records in a wrong folder."""

    markdown: str
    faults: tuple[str, ...]


def change(before: Path | str, after: Path | str, scenarios: Sequence[Path | str] = ()) -> Change:
    """Return how the table of the results in `after` differs from that in `before`.

    `scenarios` are folders in which scenarios stand that are not built in. Raises InvalidInput with the faults of all records.
    """
    homes = [Path(home) for home in scenarios]
    old, new = (_by_place(sections(read_entries(Path(results), homes))) for results in (before, after))
    parts = [part for place in [*new, *(one for one in old if one not in new)] for part in _part(old.get(place), new.get(place))]
    faults = _faults(_by_folder(old), _by_folder(new))
    text = "\n".join(["### Change of the table", *(parts or ["", "None: every row is what it was."])])
    if faults:
        text += "\n\n**Refused**\n\n" + "\n".join(f"- {plain(fault)}" for fault in faults)
    return Change(text + "\n", tuple(faults))


def _by_place(found: Sequence[Section]) -> Mapping[Place, Section]:
    return {(one.scenario, one.split, one.days, one.information): one for one in found}


def _by_folder(found: Mapping[Place, Section]) -> dict[str, Entry]:
    return {entry.folder: entry for section in found.values() for entry in section.entries}


def _faults(old: Mapping[str, Entry], new: Mapping[str, Entry]) -> list[str]:
    """Return what no change of the results may do: take a row away, or put one into the place of another."""
    faults = [f"{folder}: is gone from the table" for folder in old if folder not in new]
    for folder, entry in new.items():
        policy, right = entry.record.policy, f"{entry.record.scenario.id}/{entry.record.policy.name}"
        if folder != right:
            faults.append(f"{folder}: holds the record of {right}; a record stands in the folder of its name")
        if folder in old and old[folder].bundle is not None:
            was = old[folder].record.policy
            if was.authors != policy.authors:
                faults.append(f"{folder}: was of {', '.join(was.authors)}, is of {', '.join(policy.authors) or 'nobody'}")
            elif was.version == policy.version and was.digest != policy.digest:
                faults.append(f"{folder}: version {policy.version} has other contents than before; raise the version")
    return faults


def _part(old: Section | None, new: Section | None) -> list[str]:
    """Return the table of one section, its changed rows alone; nothing where none is."""
    before = {} if old is None else ranks(old)
    after = {} if new is None else ranks(new)
    rows = [_row(rank, entry, _what(before.get(entry.folder), rank, entry)) for rank, entry in after.values()]
    rows += [_row("-", entry, "gone") for folder, (_, entry) in before.items() if folder not in after]
    rows = [row for row in rows if row[-1]]
    section = new or old
    if not rows or section is None:
        return []
    lines = [f"| {' | '.join(cells)} |" for cells in (HEADER, ("---",) * len(HEADER), *rows)]
    return ["", f"**{plain(section.title)}** ({len(after)} {'entry' if len(after) == 1 else 'entries'})", "", *lines]


def ranks(section: Section) -> dict[str, tuple[str, Entry]]:
    """Return rank and entry by folder; what is not admissible has `-` for a rank."""
    return {line.entry.folder: ("-" if line.rank is None else str(line.rank), line.entry) for line in section.lines}


def _what(before: tuple[str, Entry] | None, rank: str, entry: Entry) -> str:
    """Return what became of a row, in words; nothing where it is as it was."""
    if before is None:
        return "new"
    old_rank, old = before
    said = [] if old_rank == rank else [f"was rank {old_rank}"]
    if old.record.policy.version != entry.record.policy.version:
        said.append(f"was version {old.record.policy.version}")
    elif old.record.policy != entry.record.policy:
        said.append("another policy of the same version")
    if old.scores.score_iqm != entry.scores.score_iqm:
        said.append(f"score was {old.scores.score_iqm:.4f}")
    return ", ".join(said)


def _row(rank: str, entry: Entry, what: str) -> tuple[str, ...]:
    scores, policy = entry.scores, entry.record.policy
    cells = (
        rank, policy.name, policy.version, f"{scores.score_iqm:.4f}", f"{scores.score_ci95[0]:.4f} to {scores.score_ci95[1]:.4f}",
        f"{scores.cost_usd_mean:.2f}", f"{100 * scores.gap_to_bound_mean:.3f}", f"{100 * scores.violating_steps_share:.3f}", what,
    )  # fmt: skip
    return tuple(plain(cell) for cell in cells)


def plain(text: str) -> str:
    """Return a text that is nothing but text in markdown and HTML, on one line."""
    return "".join(SPECIAL.get(one, one) for one in shown(text).replace("\n", " "))
