"""The certified intervals that scores lean on: published with the scenario, else in the user's cache, else solved now."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.bench.files import read_arrays, read_text, write_arrays, write_text
from gridbench.errors import InvalidInput
from gridbench.places import cache_folder
from gridbench.scenario.catalogue import scenario_root

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gridbench.oracle.dispatch import Dispatch
    from gridbench.scenario.scenario import Scenario

SCHEMA = 1
NAMED = frozenset({"scenario_id", "scenario_digest", "split", "asks"})
"""The fields of a dispatch that stand once in a file of intervals, or beside it."""


def interval(scenario: Scenario, split: str, day: int) -> Dispatch:
    """Return the certified interval of a day with its schedule; raises InvalidInput for a damaged file, SolverError."""
    return published(scenario, split).get(day) or cached(scenario, split, day) or solved(scenario, split, day)


def solved(scenario: Scenario, split: str, day: int, **options: float) -> Dispatch:
    """Return the interval of a day, solved now and kept in the cache; raises SolverError, StorageError."""
    from gridbench.oracle import solve  # noqa: PLC0415

    found = solve(scenario, split, day, **options)  # type: ignore[arg-type]
    keep(scenario, split, found)
    return found


def keep(scenario: Scenario, split: str, found: Dispatch) -> None:
    """Keep an interval in the user's cache; raises StorageError."""
    write_intervals(_cache_path(scenario, split, found.day), scenario, split, [found])


def cached(scenario: Scenario, split: str, day: int) -> Dispatch | None:
    """Return the interval of a day from the user's cache, if it is there; raises InvalidInput where it is damaged."""
    path = _cache_path(scenario, split, day)
    return read_intervals(path, scenario.id, scenario.digest, split)[day] if path.exists() else None


def published(scenario: Scenario, split: str, folder: Path | None = None) -> Mapping[int, Dispatch]:
    """Return the intervals by day that are shipped with a scenario of this very digest; raises InvalidInput for damaged files.

    `folder` is that of a scenario that is not built in.
    """
    path = published_path(folder or scenario_root() / scenario.id, split)
    if not path.exists():
        return {}
    return _published(path, scenario.id, scenario.digest, split, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _published(path: Path, scenario_id: str, scenario_digest: str, split: str, changed: int) -> Mapping[int, Dispatch]:  # noqa: ARG001
    if _document(path)["scenario"] != {"id": scenario_id, "digest": scenario_digest}:
        return {}
    return read_intervals(path, scenario_id, scenario_digest, split)


def published_path(folder: Path, split: str) -> Path:
    """Return where the intervals of a split are shipped, given the folder of the scenario."""
    return folder / "oracle" / f"{split}.json"


@lru_cache(maxsize=1)
def _solver() -> str:
    """Return the digest of the code that an interval comes from: an interval of other code is solved anew."""
    import gridbench  # noqa: PLC0415

    root = Path(gridbench.__file__).parent
    files = sorted(path for part in ("oracle", "physics", "plant", "networks") for path in (root / part).rglob("*.py"))
    total = hashlib.sha256()
    for path in files:
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:12]


def _cache_path(scenario: Scenario, split: str, day: int) -> Path:
    of = f"{scenario.id}-{scenario.digest.removeprefix('sha256:')[:16]}"
    return cache_folder() / "intervals" / of / _solver() / f"{split}-{day}.json"


def write_intervals(path: Path, scenario: Scenario, split: str, dispatches: Iterable[Dispatch]) -> None:
    """Write intervals (json) with their schedules (npz beside it); raises StorageError."""
    ordered = sorted(dispatches, key=lambda one: one.day)
    asks = np.stack([np.asarray(one.asks, dtype=np.float32) for one in ordered])
    write_arrays(path.with_suffix(".npz"), {"asks": asks, "days": np.array([one.day for one in ordered], dtype=np.int64)})
    document = {
        "schema": SCHEMA,
        "scenario": {"id": scenario.id, "digest": scenario.digest},
        "split": split,
        "asks": hashlib.sha256(asks.tobytes()).hexdigest(),
        "days": [{key: value for key, value in one.to_dict().items() if key not in NAMED} for one in ordered],
    }
    write_text(path, json.dumps(document, indent=1) + "\n")


def read_intervals(path: Path, scenario_id: str, scenario_digest: str, split: str) -> dict[int, Dispatch]:
    """Return intervals by day; raises InvalidInput where the files are damaged or belong to another scenario."""
    from gridbench.oracle.dispatch import Dispatch  # noqa: PLC0415

    document = _document(path)
    named = {"scenario_id": scenario_id, "scenario_digest": scenario_digest, "split": split}
    own = document["scenario"]
    stated = {"scenario_id": own["id"], "scenario_digest": own["digest"], "split": document["split"]}
    if stated != named:
        raise InvalidInput(str(path), [f"holds intervals of {stated}, not of {named}: solve again"])
    asks = read_arrays(path.with_suffix(".npz")).get("asks", np.zeros(0))
    if hashlib.sha256(asks.tobytes()).hexdigest() != document["asks"] or len(asks) != len(document["days"]):
        raise InvalidInput(str(path.with_suffix(".npz")), ["its schedules are not those of the json beside it: solve again"])
    days = zip(document["days"], asks, strict=True)
    found = [Dispatch.from_dict({**named, **numbers, "asks": one.tolist()}, str(path)) for numbers, one in days]
    return {one.day: one for one in found}


def _document(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(read_text(path))
        missing = {"schema", "scenario", "split", "asks", "days"} - document.keys()
        if missing or document["schema"] != SCHEMA or document["scenario"].keys() != {"id", "digest"}:
            fault = f"is no file of intervals of schema {SCHEMA}; missing: {sorted(missing)}; solve again"
            raise InvalidInput(str(path), [fault])
    except (ValueError, AttributeError) as error:
        raise InvalidInput(str(path), [f"is no file of intervals: {error}; solve again"]) from error
    return document


def digest(dispatches: Iterable[Dispatch]) -> str:
    """Return the digest over day, bound and witness of the intervals."""
    lines = "".join(f"{one.day} {one.bound_usd!r} {one.witness_usd!r}\n" for one in sorted(dispatches, key=lambda one: one.day))
    return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"
