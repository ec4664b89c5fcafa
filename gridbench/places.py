"""Where files live: the data that travel with the package, and the user's cache."""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def data_folder(name: str) -> Path:
    """Return a folder of data (`scenarios`, `baselines`): inside an installed package, else beside it in a checkout."""
    packaged = PACKAGE / "_data" / name
    return packaged if packaged.is_dir() else PACKAGE.parent / name


def cache_folder() -> Path:
    """Return the user's cache: below GRIDBENCH_CACHE, else where the platform keeps caches."""
    root = os.environ.get("GRIDBENCH_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "gridbench"
