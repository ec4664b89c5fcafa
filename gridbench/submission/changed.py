"""What changed between two folders of results: the records to verify, and files that belong to none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.bench.record import FILE as RECORD
from gridbench.errors import InvalidInput
from gridbench.standings.files import FILES

if TYPE_CHECKING:
    from pathlib import Path


def changed_records(before: Path, after: Path) -> list[Path]:
    """Return the folders of the records in `after` that are not file by file those in `before`, sorted.

    Raises InvalidInput where one of the two is no folder.
    """
    lost = [str(folder) for folder in (before, after) if not folder.is_dir()]
    if lost:
        raise InvalidInput("results", [f"{folder}: there is no such folder; give a folder of results" for folder in lost])
    folders = sorted(path.parent for path in after.rglob(RECORD))
    return [folder for folder in folders if _contents(folder) != _contents(before / folder.relative_to(after))]


def stray_files(before: Path, after: Path) -> list[str]:
    """Return as faults the files in `after`, but not the same in `before`, that lie in no record's folder and are no table."""
    records = {path.parent for path in after.rglob(RECORD)}
    faults = []
    for path in sorted(after.rglob("*")):
        name = path.relative_to(after).as_posix()
        plain = path.is_file() and not path.is_symlink()
        if path.is_dir() and not path.is_symlink():
            continue
        if path.parent in records or name in FILES or (plain and _bytes(before / name) == path.read_bytes()):
            continue
        faults.append(f"{name!a}: belongs to no record; remove it")
    return faults


def _contents(folder: Path) -> dict[str, bytes | str | None]:
    """Return what a folder holds by name: bytes of files, where links lead, None for what is neither."""
    found: dict[str, bytes | str | None] = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        name = path.relative_to(folder).as_posix()
        found[name] = str(path.readlink()) if path.is_symlink() else _bytes(path)
    return found


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
