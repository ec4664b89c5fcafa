"""Files written whole or not at all, and archives of arrays whose bytes depend on the arrays alone."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every member: the earliest that a zip archive knows."""
UNIX = 3
"""The system that every member claims to come from, wherever it is written."""


def write_member(archive: zipfile.ZipFile, name: str, values: NDArray[Any]) -> None:
    """Add an array to an npz archive with nothing in it that varies: no time, no user, no system."""
    entry = zipfile.ZipInfo(f"{name}.npy", EPOCH)
    entry.create_system, entry.external_attr, entry.compress_type = UNIX, 0o644 << 16, zipfile.ZIP_DEFLATED
    content = io.BytesIO()
    np.lib.format.write_array(content, values, version=(1, 0), allow_pickle=False)
    archive.writestr(entry, content.getvalue())


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
