"""Archives of arrays whose bytes depend on the arrays alone."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
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
