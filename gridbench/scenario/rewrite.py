"""Rewriting: the text of a scenario file with another name and other splits, and everything else as it stands."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH = 24
"""Days a line."""


def rewritten(text: str, head: Mapping[str, str | int], splits: Mapping[str, Sequence[int]], series: str) -> str:
    """Return scenario.toml with other values of keys of its `head`, and `splits` over one series file in place of its own.

    Comments stay. Raises InvalidInput if anything else would change.
    """
    changed = text
    for key, value in head.items():
        line = f"{key} = {_toml(value)}".replace("\\", r"\\")
        changed = re.sub(rf"^{key} = .*$", line, changed, count=1, flags=re.MULTILINE)
    tables = re.split(r"^(?=\[)", changed, flags=re.MULTILINE)
    kept = "".join(table for table in tables if not table.startswith("[[split]]")).rstrip()
    changed = kept + "\n\n" + "\n".join(_split(name, days, series) for name, days in splits.items())
    wanted = tomllib.loads(text) | dict(head)
    wanted["split"] = [{"name": name, "series": [series], "days": list(days)} for name, days in splits.items()]
    if _read(changed) != wanted:
        raise InvalidInput("scenario.toml", ["its splits and head cannot be told from the rest; write each [[split]] as a table"])
    return changed


def _read(text: str) -> object:
    """The tables of a text, nothing where it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _toml(value: str | int) -> str:
    return str(value) if isinstance(value, int) else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _split(name: str, days: Sequence[int], series: str) -> str:
    lines = [f"    {', '.join(map(str, days[at : at + WIDTH]))}," for at in range(0, len(days), WIDTH)]
    return "\n".join(["[[split]]", f'name = "{name}"', f'series = ["{series}"]', "days = [", *lines, "]", ""])
