"""Writing a feeder as the folder of files that `gridbench.networks.folder` reads."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING

from gridbench.archive import write_bytes
from gridbench.networks.folder import ABOUT, FORMS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gridbench.networks.feeder import Branch, Feeder

Cells = tuple[str | float, ...]


def write_network(feeder: Feeder, folder: Path) -> None:
    """Write a feeder as CSV files and feeder.toml; `network_in` gives it back, branches that share a sending end lines first.

    The same feeder gives the same bytes; numbers have 12 digits. Buses that a closed switch fused into another (its
    aliases) are written with a closed switch. Raises StorageError where the disk refuses.
    """
    about = {"name": feeder.name, "source_bus": feeder.root}
    lines = [*(f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in about.items())]
    lines.append(f"source_voltage_pu = {float(feeder.root_voltage_pu)!r}")
    write_bytes(folder / ABOUT, ("\n".join(lines) + "\n").encode())
    for table, cells in _tables(feeder).items():
        if cells or table == "buses":
            write_bytes(folder / f"{table}.csv", _csv(table, cells))


def _tables(feeder: Feeder) -> dict[str, list[Cells]]:
    """The cells of each table, in the order of its columns in `_HEADERS`."""
    base_kv = {bus.name: bus.base_kv for bus in feeder.buses}
    plain = [one.ratio == 1.0 and math.isclose(base_kv[one.from_bus], base_kv[one.to_bus]) for one in feeder.branches]
    sorts = list(zip(feeder.branches, plain, strict=True))
    base_kva = 1000 * feeder.base_mva
    return {
        "buses": [
            *((bus.name, bus.base_kv) for bus in feeder.buses),
            *((alias, base_kv[name]) for alias, name in feeder.aliases),
        ],
        "lines": [_line(one, base_kv[one.from_bus], feeder.base_mva) for one, is_line in sorts if is_line],
        "transformers": [_transformer(one, base_kva) for one, is_line in sorts if not is_line],
        "loads": [(load.bus, 1000 * load.p_mw, 1000 * load.q_mvar) for load in feeder.loads],
        "shunts": [(shunt.bus, shunt.g_pu * base_kva, -shunt.b_pu * base_kva) for shunt in feeder.shunts],
        "switches": [(name, alias, "1") for alias, name in feeder.aliases],
    }


_HEADERS = {
    **{table: form.needed for table, form in FORMS.items()},
    "lines": ("name", *FORMS["lines"].needed, "b_us"),
    "transformers": ("name", *FORMS["transformers"].needed, "b_percent", "ratio"),
}


def _line(branch: Branch, base_kv: float, base_mva: float) -> Cells:
    base_ohm = base_kv**2 / base_mva
    rated_a = branch.rating_pu * base_mva * 1000 / (math.sqrt(3) * base_kv)
    ohms = branch.r_pu * base_ohm, branch.x_pu * base_ohm
    return branch.name, branch.from_bus, branch.to_bus, rated_a, *ohms, branch.b_pu / base_ohm * 1e6


def _transformer(branch: Branch, base_kva: float) -> Cells:
    rating_pu = branch.rating_pu
    percents = 100 * branch.r_pu * rating_pu, 100 * branch.x_pu * rating_pu, 100 * branch.b_pu / rating_pu
    return branch.name, branch.from_bus, branch.to_bus, rating_pu * base_kva, *percents, branch.ratio


def _csv(table: str, cells: Iterable[Cells]) -> bytes:
    """A table as bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADERS[table])
    writer.writerows([_shown(cell) for cell in row] for row in cells)
    return text.getvalue().encode()


def _shown(cell: str | float) -> str:
    """A cell as text, a number in up to 12 digits."""
    return cell if isinstance(cell, str) else f"{cell:.12g}"
