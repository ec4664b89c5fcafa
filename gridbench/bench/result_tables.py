"""The records below a folder as tables: columns by name, every number flat, nothing summarised."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from gridbench.bench.admission import admissible
from gridbench.bench.files import read_text
from gridbench.bench.record import FILE, Record, read_record
from gridbench.bench.rows import WHOLE, parse_rows
from gridbench.errors import GridbenchError, InvalidInput, UnknownName
from gridbench.scenario.catalogue import list_scenarios, load_scenario

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    Rows = list[dict[str, Any]]

TABLES = {
    "records": "one row a record: scenario, policy, protocol, bound, harness, all scores",
    "episodes": "one row an episode: the rows of every episodes.csv",
    "failures": "one row a lost episode: where the policy gave no action, and why",
    "training": "one row a record of a trained policy: on what it was trained, and how long",
}
"""The tables by name, with what a row is."""
PLACE = ("scenario", "policy", "folder")
FAILURE = {"seed": "BIGINT", "day": "BIGINT", "step": "BIGINT", "reason": "VARCHAR"}
TRAINING = {
    "environment_steps": "BIGINT", "seconds": "DOUBLE", "device": "VARCHAR", "seeds": "VARCHAR", "scenarios": "VARCHAR",
    "facts": "VARCHAR",
}  # fmt: skip
NAMES = {
    "scenario_id": "scenario", "scenario_split": "split", "policy_name": "policy", "protocol_seeds": "seeds",
    "bound_bound_is": "bound_is",
}  # fmt: skip
"""Columns of `records` with names of their own; others of the bound and of the scenario keep the part's name before."""
BARE = ("policy_", "protocol_", "harness_", "scores_")
"""Parts of a record whose names are left out of their columns."""


def read_tables(results: Path, names: Collection[str], homes: Sequence[Path] = ()) -> dict[str, Rows]:
    """Return the rows of the tables of all records below a folder, sorted by the records' folders.

    `homes` are folders in which scenarios stand that are not built in. Raises InvalidInput with the faults of all records, and
    where there is none.
    """
    paths = sorted(results.rglob(FILE)) if results.is_dir() else []
    if not paths:
        raise InvalidInput(str(results), ["holds no record: run `gridbench run --out results/...` first, or name the folder"])
    found: dict[str, Rows] = {name: [] for name in TABLES if name in names}
    faults: list[str] = []
    for path in paths:
        folder = path.parent.relative_to(results).as_posix()
        try:
            rows = _rows_of(path, folder, tuple(homes), found)
        except GridbenchError as error:
            faults += [f"{folder}: {fault}" for fault in getattr(error, "faults", [str(error)])]
        else:
            for name, more in rows.items():
                found[name] += more
    if faults:
        raise InvalidInput(str(results), faults)
    return found


def _rows_of(path: Path, folder: str, homes: tuple[Path, ...], wanted: Collection[str]) -> dict[str, Rows]:
    """Return what a record adds to the tables that are wanted."""
    record = read_record(path)
    place = {"scenario": record.scenario.id, "policy": record.policy.name, "folder": folder}
    rows: dict[str, Rows] = {}
    if "records" in wanted:
        rows["records"] = [{**place, **record_row(record), "admissible": _admissible(record, homes)}]
    if "episodes" in wanted:
        episodes = parse_rows(read_text(path.parent / record.episodes), record.episodes)
        rows["episodes"] = [{**place, **{name: int(n) if name in WHOLE else n for name, n in one.items()}} for one in episodes]
    if "failures" in wanted:
        rows["failures"] = [{**place, **one} for one in record.document().get("failures", ())]
    if "training" in wanted and record.policy.training is not None:
        stated = record.policy.training.model_dump()
        rows["training"] = [{**place, **{name: _text(value) for name, value in stated.items()}}]
    return rows


def record_row(record: Record) -> dict[str, Any]:
    """Return a record as one row: what is nested is flat, its names joined by underscores; training and failures left out."""
    document = record.document()
    parts = {part: document[part] for part in ("scenario", "policy", "protocol", "bound", "harness", "scores")}
    parts["policy"] = {name: value for name, value in parts["policy"].items() if name != "training"}
    parts["protocol"] = {**parts["protocol"], "seeds": len(parts["protocol"]["seeds"])}
    flat = dict(pair for part, stated in parts.items() for pair in _flat(part, stated))
    return {_column(name): value for name, value in flat.items()}


def _column(name: str) -> str:
    prefix = next((part for part in BARE if name.startswith(part)), "")
    return NAMES.get(name, name.removeprefix(prefix))


def _flat(name: str, value: object) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _flat(f"{name}_{key}", part)
    elif isinstance(value, list) and len(value) == 2 and all(isinstance(end, float) for end in value):
        yield from ((f"{name}_low", value[0]), (f"{name}_high", value[1]))
    else:
        yield name, _text(value)


def _text(value: object) -> object:
    """Return a list as text, anything else as it is."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


def _admissible(record: Record, homes: tuple[Path, ...]) -> bool | None:
    """Return whether a record is safe enough to be ranked, None where its scenario is not known here."""
    most = _tolerance(record.scenario.id, homes)
    return None if most is None else admissible(record.scores, most)


@cache
def _tolerance(scenario: str, homes: tuple[Path, ...]) -> float | None:
    """Return the share of violating steps that a scenario admits, None for one that is neither in `homes` nor built in."""
    own = next((home / scenario for home in homes if scenario in list_scenarios(home)), None)
    known = own is not None or scenario in list_scenarios()
    return load_scenario(own or scenario).violating_share_max if known else None


def types_of(name: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the SQL type of each column of a table; raises UnknownName for no table."""
    if name not in TABLES:
        raise UnknownName("table", name, TABLES)
    stated = {"failures": FAILURE, "training": TRAINING}.get(name)
    if stated is not None:
        return {**dict.fromkeys(PLACE, "VARCHAR"), **stated}
    first: dict[str, Any] = {}
    for row in rows:
        for column, value in row.items():
            if first.get(column) is None:
                first[column] = value
    kinds = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE"}
    return {column: kinds.get(type(value), "VARCHAR") for column, value in first.items()}
