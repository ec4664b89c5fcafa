"""Writing results so that a reader never sees half a file, and the same contents are the same bytes."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.archive import write_bytes, write_member
from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

MOST_BYTES = 512 * 2**20
"""Of the arrays of an archive together."""


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 file with plain newlines, whole or not at all; raises StorageError."""
    write_bytes(path, text.encode())


def read_text(path: Path) -> str:
    """Return a UTF-8 file; raises InvalidInput where it is missing or no text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise InvalidInput(str(path), [f"cannot be read: {why}; check the path, or restore the file"]) from error


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write an npz archive whose bytes depend on the arrays alone; raises StorageError."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(arrays):
            write_member(archive, name, np.ascontiguousarray(arrays[name]))
    write_bytes(path, buffer.getvalue())


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of an npz archive; raises InvalidInput where it is missing, damaged, too large or holds objects."""
    try:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            left, found = MOST_BYTES, {}
            for member in archive.infolist():
                with archive.open(member) as stream:
                    content = stream.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise InvalidInput(str(path), [f"inflates to more than {MOST_BYTES} bytes; restore it, or make it again"])
                found[member.filename.removesuffix(".npy")] = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
            return found
    except InvalidInput:
        raise
    except Exception as error:  # the readers of zip, deflate and npy raise whatever damage leads them to
        raise InvalidInput(str(path), [f"is no archive of arrays: {error}; restore it, or make it again"]) from error
