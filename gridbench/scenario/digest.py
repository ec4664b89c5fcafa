"""The digest that names a scenario: one hash over scenario.toml, the series of its splits, and its own networks."""

from __future__ import annotations

import hashlib
import tomllib
from typing import TYPE_CHECKING, Any

from gridbench.errors import InvalidInput
from gridbench.networks.folder import network_files
from gridbench.scenario.inside import in_folder, names_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "scenario.toml"
LEDGER = "DIGESTS"


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return "sha256:<hex>" over files by relative path, in sorted order; path and length stand before the bytes of each."""
    total = hashlib.sha256()
    for path in sorted(files):
        content = files[path]
        total.update(f"{path}\0{len(content)}\0".encode())
        total.update(content)
    return f"sha256:{total.hexdigest()}"


def digest(folder: Path) -> str:
    """Return the digest of a scenario's folder: scenario.toml, each series of its splits and each file of a network of its own.

    Raises InvalidInput.
    """
    try:
        raw = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
        paths = {FILE} | {path for split in raw.get("split", []) for path in split["series"]} | _network_paths(folder, raw)
        return digest_of({path: (folder / path).read_bytes() for path in paths})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(str(folder), [f"no digest: {error}; mend: run `gridbench check` on it"]) from error


def _network_paths(folder: Path, raw: Mapping[str, Any]) -> set[str]:
    """The files of the networks in the scenario's folder, by path within it."""
    named = [feeder["network"] for feeder in raw.get("feeder", []) if names_folder(feeder["network"])]
    return {path.relative_to(folder).as_posix() for name in named for path in network_files(in_folder(folder, name))}


def published(root: Path) -> dict[str, str]:
    """Return the digests of the published scenarios by id, from the ledger DIGESTS. Raises InvalidInput."""
    ledger = root / LEDGER
    if not ledger.is_file():
        return {}
    lines = [line.split() for line in ledger.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    faults = [f"{' '.join(line)!r}; mend: write `<name>-v<N> sha256:<hex>`" for line in lines if len(line) != 2]
    found = dict(line for line in lines if len(line) == 2)
    if len(found) + len(faults) != len(lines):
        faults.append("an id stands twice; mend: keep the line that was published first")
    if faults:
        raise InvalidInput(str(ledger), faults)
    return found


def publish(folder: Path) -> str:
    """Add a scenario to the ledger beside its folder and return its digest. Raises InvalidInput for a changed one."""
    now, before = digest(folder), published(folder.parent).get(folder.name)
    if before is None:
        with (folder.parent / LEDGER).open("a", encoding="utf-8", newline="\n") as ledger:
            ledger.write(f"{folder.name} {now}\n")
    elif before != now:
        raise InvalidInput(str(folder), [changed(folder.name)])
    return now


def changed(scenario_id: str) -> str:
    """Return the fault of a published scenario that was edited."""
    name, _, version = scenario_id.rpartition("-v")
    following = f"{name}-v{int(version) + 1}" if version.isdecimal() else "a new version"
    return f"{scenario_id} is published and its files have changed; mend: restore them, and make the edit in {following}"
