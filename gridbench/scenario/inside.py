"""Paths in a scenario file: they begin at its folder and stay inside it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path


def in_folder(folder: Path, path: str) -> Path:
    """Return the place of a path in a scenario's folder. Raises InvalidInput for one that leads out of it."""
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or "\\" in path:
        raise InvalidInput(path, ["leaves the folder of the scenario; mend: put it beside scenario.toml"])
    return folder / path


def names_folder(network: str) -> bool:
    """Whether the network of a feeder is a folder of the scenario, told by the slash in it, and no built-in one."""
    return "/" in network
