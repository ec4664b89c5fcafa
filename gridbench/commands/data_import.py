"""gridbench data import."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridbench.errors import InvalidInput
from gridbench.scenario.series.frozen import load, save
from gridbench.scenario.series.intake.intake import take_in
from gridbench.scenario.series.intake.mapping import mapping_of, read_mapping
from gridbench.scenario.series.joined import joined

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

TIME = {"column": "time", "zone": "zone", "format": "time_format", "stamps": "stamps"}
TREATMENT = {
    "step_min": "step", "fill_gaps": "fill_gaps", "fill": "fill", "drop_duplicates": "drop_duplicates", "sort": "sort",
    "clip_pu": "clip", "forecast": "forecast", "delimiter": "delimiter", "decimal": "decimal",
}  # fmt: skip
"""The keys of a mapping file, and the options that override them."""


def main(wanted: argparse.Namespace) -> int:
    """Write the series and print what was read, dropped, filled and cut; return 0."""
    into = target(wanted)
    series, report = take_in(Path(wanted.file), mapping_of(_tables(wanted), "gridbench data import"), into.stem)
    if wanted.join:
        series = joined(load(into), series)
    digest = save(series, into)
    if wanted.json:
        print(json.dumps(dataclasses.asdict(report) | {"into": str(into), "digest": digest}, indent=1))
        return 0
    print("\n".join(dataclasses.replace(report, digest=digest).lines()))
    print(f"written   {into}: {series.n} steps of {', '.join(series.columns)}")
    return 0


def target(wanted: argparse.Namespace) -> Path:
    """Return the path of the series to write. Raises InvalidInput for one that stands there already or is no .npz."""
    into, join = Path(wanted.into), getattr(wanted, "join", False)
    faults = [] if into.suffix == ".npz" else [f"--into {into}: a series is a .npz file; name it so"]
    if into.exists() and not (join or wanted.replace):
        faults.append(f"--into {into}: stands there already; choose another, or say --replace")
    faults += [f"--into {into}: there is nothing to join to; drop --join"] if join and not into.exists() else []
    faults += ["choose --join or --replace"] if join and wanted.replace else []
    if faults:
        raise InvalidInput(f"gridbench data {wanted.action}", faults)
    return into


def _tables(wanted: argparse.Namespace) -> dict[str, Any]:
    """The tables of the mapping file, if one is given, under what options state."""
    raw = read_mapping(Path(wanted.mapping)) if wanted.mapping else {}
    faults: list[str] = []
    columns = {name: dict(one) if isinstance(one, dict) else one for name, one in _table(raw, "columns").items()}
    for key, option, number in (
        ("source", "map", False),
        ("unit", "unit", False),
        ("rating", "rating", True),
        ("exchange", "exchange", True),
    ):
        for name, text in _pairs(getattr(wanted, option), option, faults):
            value = _number(text, f"--{option} {name}={text}", faults) if number else text
            if key != "source" and name not in columns:
                faults.append(f"--{option} {name}={text}: {name} is not mapped; say --map {name}=COLUMN")
            elif isinstance(columns.setdefault(name, {}), dict):
                columns[name][key] = value
    if faults:
        raise InvalidInput("gridbench data import", faults)
    time = {
        **_table(raw, "time"),
        **{key: getattr(wanted, option) for key, option in TIME.items() if getattr(wanted, option) is not None},
    }
    treatment = _table(raw, "treatment")
    treatment |= {key: getattr(wanted, option) for key, option in TREATMENT.items() if getattr(wanted, option) is not None}
    return {**raw, "time": time, "columns": columns, "treatment": treatment}


def _table(raw: dict[str, Any], key: str) -> dict[str, Any]:
    found = raw.get(key, {})
    if not isinstance(found, dict):
        raise InvalidInput("gridbench data import", [f"{key}: is no table; write [{key}]"])
    return dict(found)


def _pairs(texts: Sequence[str], option: str, faults: list[str]) -> list[tuple[str, str]]:
    found = [text.partition("=") for text in texts]
    faults += [f"--{option} {name}: no '='; write OURS=X" for name, sign, _ in found if not sign]
    return [(name, value) for name, sign, value in found if sign]


def _number(text: str, where: str, faults: list[str]) -> float:
    try:
        return float(text)
    except ValueError:
        faults.append(f"{where}: is no number; write one")
        return 1.0
