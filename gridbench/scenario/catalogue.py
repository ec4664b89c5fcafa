"""Where scenarios live, and how one is found by name, by name and version, or by path."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput, UnknownName
from gridbench.places import data_folder
from gridbench.scenario.digest import FILE
from gridbench.scenario.file import read

if TYPE_CHECKING:
    from gridbench.scenario.scenario import Scenario

_ID = re.compile(r"(?P<name>.+)-v(?P<version>[1-9]\d*)")


def scenario_root() -> Path:
    """Return the folder of the built-in scenarios: inside an installed package, else beside it in a checkout."""
    return data_folder("scenarios")


def list_scenarios(root: Path | None = None) -> list[str]:
    """Return the ids `<name>-v<N>` of the scenarios in a folder (the built-in ones by default), sorted by name and version."""
    home = scenario_root() if root is None else root
    folders = home.iterdir() if home.is_dir() else ()
    ids = [folder.name for folder in folders if _ID.fullmatch(folder.name) and (folder / FILE).is_file()]
    return sorted(ids, key=_name_and_version)


def scenario_folder(name: str, root: Path | None = None) -> Path:
    """Return the folder of a scenario, of its newest version where the name has none. Raises UnknownName."""
    home = scenario_root() if root is None else root
    ids = list_scenarios(home)
    versions = [one for one in ids if _name_and_version(one)[0] == name]
    if name in ids:
        return home / name
    if versions:
        return home / versions[-1]
    raise UnknownName("scenario", name, ids)


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Return a scenario by name (newest version), by id, or by the path of its folder or scenario.toml.

    Text is a path where it has a separator or ends in .toml, and a name otherwise. Raises UnknownName for a name that is
    in no catalogue, InvalidInput with all faults of a file.
    """
    return read(scenario_path(name_or_path))


def scenario_path(name_or_path: str | Path) -> Path:
    """Return the path that a name or a path stands for. Raises UnknownName, and InvalidInput where a folder is meant."""
    text = str(name_or_path)
    separators = {os.sep, os.altsep or os.sep, "/"}
    if isinstance(name_or_path, Path) or text.endswith(".toml") or any(one in text for one in separators):
        return Path(name_or_path)
    try:
        return scenario_folder(text)
    except UnknownName as error:
        if (Path(text) / FILE).is_file():
            raise InvalidInput(text, [f"{error}; mend: for the folder here write {text}/"]) from error
        raise


def _name_and_version(scenario_id: str) -> tuple[str, int]:
    found = _ID.fullmatch(scenario_id)
    return (found["name"], int(found["version"])) if found else (scenario_id, 0)
