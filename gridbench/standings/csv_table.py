"""The leaderboard as CSV: one row an entry, every number of its scores in full."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from gridbench.bench.record import Scores
from gridbench.html.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.standings.sections import Line, Section

NAMED = (
    "scenario", "split", "days", "information", "rank", "admissible", "folder", "policy", "version", "kind", "parameters",
    "seeds", "training_steps", "training_seconds", "training_device", "marks",
)  # fmt: skip


def csv_table(found: Sequence[Section]) -> str:
    """Return the entries in order; words that a spreadsheet would take for a formula begin with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    lines = [(section, line) for section in found for line in section.lines]
    numbers = [flat(line.entry.scores.model_dump()) for _, line in lines]
    names = list(dict.fromkeys(name for one in numbers for name in one)) or [n for n in Scores.model_fields if n != "score_ci95"]
    writer.writerow((*NAMED, *names))
    for (section, line), own in zip(lines, numbers, strict=True):
        writer.writerow((*_named(section, line), *(own.get(name, "") for name in names)))
    return text.getvalue()


def _named(section: Section, line: Line) -> tuple[object, ...]:
    """Return the cells of NAMED."""
    entry, policy = line.entry, line.entry.record.policy
    training = policy.training
    trained = ("", "", "") if training is None else (training.environment_steps, training.seconds, words(training.device))
    return (
        section.scenario, section.split, section.days, section.information, line.rank or "", int(entry.admissible),
        words(entry.folder), words(policy.name), words(policy.version), policy.kind, policy.parameters,
        len(entry.record.protocol.seeds), *trained, " ".join(entry.marks.words()) if entry.marks else "",
    )  # fmt: skip


def flat(scores: Mapping[str, Any]) -> dict[str, float]:
    """Return nested scores by one name each: intervals as `_low` and `_high`, tables by their keys."""
    found: dict[str, float] = {}
    for name, value in scores.items():
        if isinstance(value, dict):
            found.update(flat({f"{name}_{key}": inner for key, inner in value.items()}))
        elif isinstance(value, tuple | list):
            found.update({f"{name}_low": value[0], f"{name}_high": value[1]})
        else:
            found[name] = value
    return found


def words(text: str) -> str:
    """Return words of others as a cell that stays words in a spreadsheet."""
    shown = printable(text)
    return f"'{shown}" if shown[:1] in set("=+-@") else shown
