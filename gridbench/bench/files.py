"""Writing results so that a reader never sees half a file, and the same contents are the same bytes."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.archive import write_member
from gridbench.errors import InvalidInput, StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; raises StorageError where the disk refuses."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        if part.parent.is_dir():
            part.unlink(missing_ok=True)
        raise StorageError(_explain(path, error)) from error


def _explain(path: Path, error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"no space left for {path}: free some or choose another place, then go on with --resume"
    return f"cannot write {path}: {error.strerror or error}; choose a folder that you may write to"


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
    """Return the arrays of an npz archive; raises InvalidInput where it is missing, damaged or holds objects."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:  # the readers of zip, deflate and npy raise whatever damage leads them to
        raise InvalidInput(str(path), [f"is no archive of arrays: {error}; restore it, or make it again"]) from error
