"""The leaderboard's files: made from the records below a folder, the same bytes each time, never edited by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.bench.files import write_text
from gridbench.standings.csv_table import csv_table
from gridbench.standings.entries import read_entries
from gridbench.standings.latex import latex
from gridbench.standings.markdown import markdown
from gridbench.standings.overall import overall
from gridbench.standings.sections import sections
from gridbench.standings.site.site import site

if TYPE_CHECKING:
    from collections.abc import Sequence

FILES = ("LEADERBOARD.md", "leaderboard.csv", "leaderboard.tex", "leaderboard.html")


def leaderboard(results: Path | str = "results", scenarios: Sequence[Path | str] = ()) -> dict[str, str]:
    """Return the texts of the leaderboard's files by name; raises InvalidInput with the faults of every record.

    `scenarios` are folders in which scenarios stand that are not built in. The days that the page shows are replayed, and kept
    in the user's cache.
    """
    found = sections(read_entries(Path(results), [Path(home) for home in scenarios]))
    across = overall(found)
    texts = markdown(found, across), csv_table(found), latex(found, across), site(found, across)
    return dict(zip(FILES, texts, strict=True))


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
