"""Folders that a policy wrote in: how much lies there, and their end."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK = 512


def bytes_below(folder: str, most: int) -> int:
    """Return the bytes that a folder takes on the disk; more than `most` where a path has become too long to look into."""
    total, folders = 0, [folder]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    total += entry.stat(follow_symlinks=False).st_blocks * _BLOCK + _BLOCK
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return most + 1
    return total


def remove(folder: Path) -> None:
    """Remove a folder and what is below it, however deep and whatever its modes are, without following links."""
    names = (f"{secrets.token_hex(8)}-{number}" for number in count())
    with contextlib.suppress(OSError):
        folder.chmod(0o700)
        inner = _emptied(folder, folder, names)
        while inner:
            for one in inner:
                _emptied(one, folder, names)
                one.rmdir()
            inner = _emptied(folder, folder, names)
        folder.rmdir()


def _emptied(place: Path, top: Path, names: Iterator[str]) -> list[Path]:
    """Remove the files of a folder and move its folders to the top, so that no path grows; return those of the top itself."""
    found = []
    with os.scandir(place) as entries:
        for entry in list(entries):
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                path.chmod(0o700)
                found.append(path if place == top else path.rename(top / next(names)))
            else:
                path.unlink()
    return found
