"""Fleets: grids of so many microgrids with so many devices each, cut from the published fleet of ten."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, NamedTuple

from gridbench.bench.files import read_text, write_text
from gridbench.errors import InvalidInput
from gridbench.scenario.catalogue import scenario_root
from gridbench.scenario.digest import FILE

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = "ieee123_fleet-v1"
DEVICES = ("diesel", "storage", "solar", "wind", "load", "reserve")
"""What a microgrid has, in this order; `reserve` is a second storage like the first, at the diesel's bus."""
SPLITS = {"train": "train_0", "validation": "validation", "test": "test"}
"""The splits that are kept, each of one year."""


class Fleet(NamedTuple):
    """Microgrids, and devices that each of them decides on."""

    microgrids: int
    devices: int

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{self.microgrids}x{self.devices}"


FLEETS = (Fleet(3, 3), Fleet(5, 4), Fleet(10, 6))


def written(fleet: Fleet, home: Path) -> Path:
    """Write the scenario of a fleet below a folder, and return its own folder. Raises InvalidInput, StorageError."""
    source = scenario_root() / SOURCE
    folder = home / f"fleet_{fleet.name}-v1"
    write_text(folder / FILE, text_of(fleet, read_text(source / FILE)))
    for year in SPLITS.values():
        (folder / "series").mkdir(exist_ok=True)
        shutil.copyfile(source / "series" / f"{year}.npz", folder / "series" / f"{year}.npz")
    return folder


def text_of(fleet: Fleet, text: str) -> str:
    """Return the text of the published fleet, less what is not wanted of microgrids, devices and splits. Raises InvalidInput."""
    most = len(re.findall(r'^name = "mg_\d+"$', text, flags=re.MULTILINE))
    if not (1 <= fleet.microgrids <= most and 1 <= fleet.devices <= len(DEVICES)):
        raise InvalidInput(f"fleet {fleet.name}", [f"give up to {most} microgrids and {len(DEVICES)} devices"])
    head, *tables = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    head = re.sub(r"^name = .*$", f'name = "fleet_{fleet.name}"', head, flags=re.MULTILINE)
    kept = [changed for table in tables for changed in _changed(fleet, table)]
    return "".join([head, *kept]).rstrip() + "\n"


def _changed(fleet: Fleet, table: str) -> list[str]:
    """Return what becomes of a table: nothing, itself, or itself and a second one after it."""
    kind, name = table.partition("\n")[0], _value(table, "name") or _value(table, "feeder") or ""
    found = re.fullmatch(r"(?:MG|mg_)(\d+)(?:\.(\w+))?", name)
    if kind == "[[split]]":
        return [_set(table, "series", [f"series/{SPLITS[name]}.npz"])] if name in SPLITS else []
    if found is None:
        return [table]
    number, what = int(found[1]) + (kind == "[[agent]]"), found[2]
    if number > fleet.microgrids or (kind == "[[device]]" and what not in wanted(fleet)):
        return []
    if kind == "[[agent]]":
        own = [f"MG{number}.{one}" if one != "load" else f"load.MG{number}.671" for one in wanted(fleet)]
        return [_set(table, "devices", own)]
    if kind == "[[loads]]" and "load" not in wanted(fleet):
        return [re.sub(r"^sheddable_.*\n", "", table, flags=re.MULTILINE)]
    second = table.replace(f"MG{number}.storage", f"MG{number}.reserve").replace(f"MG{number}.680", f"MG{number}.675")
    return [table, second] if what == "storage" and "reserve" in wanted(fleet) else [table]


def wanted(fleet: Fleet) -> tuple[str, ...]:
    """Return the devices of each microgrid."""
    return DEVICES[: fleet.devices]


def _set(table: str, key: str, values: list[str]) -> str:
    """Return a table with another list of texts at a key."""
    listed = ", ".join(f'"{one}"' for one in values)
    return re.sub(rf"^{key} = .*$", f"{key} = [{listed}]", table, flags=re.MULTILINE)


def _value(table: str, key: str) -> str | None:
    found = re.search(rf'^{key} = "(.*)"$', table, flags=re.MULTILINE)
    return found[1] if found else None
