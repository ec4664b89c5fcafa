"""The rows of the table that a submission has won."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.standings.entries import read_entries
from gridbench.standings.sections import sections
from gridbench.submission.change import ranks
from gridbench.text import aligned

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HEADER = ("scenario", "split", "days", "class", "rank", "score", "95 % interval", "cost usd", "gap %", "violating %")


def standing(results: Path, folders: Sequence[Path], homes: Sequence[Path] = ()) -> str:
    """Return the rows of records below `results` as a table; `-` is the rank of what is not safe enough to have one.

    `homes` are folders in which scenarios stand that are not built in. Raises InvalidInput with the faults of all records.
    """
    wanted = {folder.relative_to(results).as_posix() for folder in folders}
    rows = []
    for section in sections(read_entries(results, homes)):
        found = ranks(section)
        admitted = sum(rank != "-" for rank, _ in found.values())
        for rank, entry in (found[name] for name in found if name in wanted):
            place = rank if rank == "-" else f"{rank} of {admitted}"
            low, high = entry.scores.score_ci95
            rows.append((
                section.scenario, section.split, str(section.days), section.information, place, f"{entry.scores.score_iqm:.4f}",
                f"{low:.3f} to {high:.3f}", f"{entry.scores.cost_usd_mean:.2f}", f"{100 * entry.scores.gap_to_bound_mean:.2f}",
                f"{100 * entry.scores.violating_steps_share:.2f}",
            ))  # fmt: skip
    return aligned([HEADER, *rows])
