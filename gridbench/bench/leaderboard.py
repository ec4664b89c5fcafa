"""The leaderboard: made from the records below a folder, the same bytes each time, never edited by hand."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.bench.files import write_text
from gridbench.bench.page import page
from gridbench.bench.standings import Entry, Section, read_entries, sections

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = (
    "rank", "policy", "version", "kind", "score", "95 % interval", "cost usd", "gap to bound %", "violating steps %",
    "worst V pu", "worst loading %", "unserved MWh", "blackout steps", "ms a decision", "days", "seeds", "parameters",
)  # fmt: skip
MEANING = "A score of 1 is the certified bound, 0 the scenario's anchor policy. Policies are compared within what they may know."
FILES = ("LEADERBOARD.md", "leaderboard.csv", "leaderboard.html")


def leaderboard(results: Path | str = "results", scenarios: Sequence[Path | str] = ()) -> dict[str, str]:
    """Return the texts of the leaderboard's files by name; raises InvalidInput with the faults of every record.

    `scenarios` are folders in which scenarios stand that are not built in.
    """
    found = sections(read_entries(Path(results), [Path(home) for home in scenarios]))
    html = page(found, MEANING, HEADER, [lines(one) for one in found])
    return dict(zip(FILES, (_markdown(found), _csv(found), html), strict=True))


def write_leaderboard(results: Path | str = "results", scenarios: Sequence[Path | str] = ()) -> list[Path]:
    """Write the leaderboard's files beside the records and return their paths; raises InvalidInput, StorageError."""
    paths = [Path(results) / name for name in FILES]
    for path, text in zip(paths, leaderboard(results, scenarios).values(), strict=True):
        write_text(path, text)
    return paths


def stale(results: Path | str = "results", scenarios: Sequence[Path | str] = ()) -> list[str]:
    """Return which of the leaderboard's files are not what the records give; raises InvalidInput."""
    texts = leaderboard(results, scenarios)
    return [name for name, text in texts.items() if _bytes(Path(results) / name) != text.encode()]


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def lines(section: Section) -> list[tuple[str, ...]]:
    """Return the cells of a section's lines, in order; what is not admissible has no rank."""
    ranks = {id(entry): str(i) for i, entry in enumerate((e for e in section.entries if e.admissible), start=1)}
    return [_cells(entry, ranks.get(id(entry), "-")) for entry in section.entries]


def _cells(entry: Entry, rank: str) -> tuple[str, ...]:
    policy, protocol, scores = entry.record.policy, entry.record.protocol, entry.scores
    return (
        rank,
        policy.name,
        policy.version,
        policy.kind,
        f"{scores.score_iqm:.4f}",
        f"{scores.score_ci95[0]:.4f} to {scores.score_ci95[1]:.4f}",
        f"{scores.cost_usd_mean:.2f}",
        f"{100 * scores.gap_to_bound_mean:.3f}",
        f"{100 * scores.violating_steps_share:.3f}",
        f"{scores.worst_voltage_pu:.4f}",
        f"{100 * scores.worst_loading_pu:.1f}",
        f"{scores.unserved_mwh_mean:.4f}",
        str(scores.blackout_steps),
        f"{1000 * scores.seconds_per_decision:.3f}",
        str(protocol.days),
        str(len(protocol.seeds)),
        str(policy.parameters),
    )


def _markdown(found: list[Section]) -> str:
    text = ["# Leaderboard", "", f"Made by `gridbench leaderboard`. {MEANING}"]
    for section in found:
        admitted = f"at most {100 * section.tolerance:g} % violating steps, upper 95 % limit"
        text += ["", f"## {section.title}"]
        for title, admissible in ((f"Admissible ({admitted})", True), ("Below the line (not safe enough to be ranked)", False)):
            kept = [row for entry, row in zip(section.entries, lines(section), strict=True) if entry.admissible is admissible]
            if kept:
                text += ["", f"### {title}", "", _row(HEADER), _row(["---"] * len(HEADER)), *(_row(row) for row in kept)]
    return "\n".join(text) + "\n"


def _row(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _csv(found: list[Section]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("scenario", "split", "days", "information", "admissible", "folder", "policy", "version", "kind", *_NUMBERS))
    for section in found:
        for entry in section.entries:
            policy, scores = entry.record.policy, entry.scores.model_dump()
            named = (section.scenario, section.split, section.days, section.information, int(entry.admissible), entry.folder)
            low, high = scores.pop("score_ci95")
            writer.writerow((*named, policy.name, policy.version, policy.kind, low, high, *(scores[n] for n in _NUMBERS[2:])))
    return text.getvalue()


_NUMBERS = (
    "score_ci95_low", "score_ci95_high", "score_iqm", "score_mean", "score_std_of_seeds", "gap_to_bound_mean", "cost_usd_mean",
    "bound_usd_mean", "witness_usd_mean", "anchor_usd_mean", "violating_steps_share", "violating_steps_share_upper",
    "worst_voltage_pu", "worst_loading_pu", "unserved_mwh_mean", "blackout_steps", "seconds_per_decision",
)  # fmt: skip
