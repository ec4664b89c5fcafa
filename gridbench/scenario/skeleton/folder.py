"""The folder of a new scenario: written whole or not at all, and checked before anyone sees it."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.archive import write_bytes
from gridbench.errors import GridbenchError, InvalidInput
from gridbench.networks.folder_writer import write_network
from gridbench.scenario.check import summary
from gridbench.scenario.digest import FILE
from gridbench.scenario.file import read
from gridbench.scenario.inside import names_folder
from gridbench.scenario.series.calendar import Calendar
from gridbench.scenario.series.generator import STEPS_H
from gridbench.scenario.series.presets import CAISO_LIKE
from gridbench.scenario.skeleton import ground as grounds
from gridbench.scenario.skeleton.card import card
from gridbench.scenario.skeleton.page import LOAD_COLUMN, page, splits
from gridbench.scenario.skeleton.plan import plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gridbench.scenario.check import Summary
    from gridbench.scenario.skeleton.ground import Ground
    from gridbench.scenario.skeleton.plan import Plan

CARD = "CARD.md"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True)
class NewScenario:
    """What was written: the folder, what it holds, and what the reading of the network has changed."""

    folder: Path
    summary: Summary
    notes: tuple[str, ...]


def new_scenario(
    name: str,
    into: Path,
    *,
    network: str | None = None,
    pandapower: Path | None = None,
    step_h: float = 1.0,
    seed: int = 100,
    agents: Sequence[str] = ("operator",),
    progress: Callable[[str, int, int], None] | None = None,
) -> NewScenario:
    """Write `<into>/<name>-v1` for a network and return what it holds; `gridbench check` passes on it.

    `network` is a built-in one (default: ieee13) or, with a slash in it, a folder of tables; `pandapower` a file in pandapower's
    JSON. Steps are of `step_h` hours, years are generated from `seed`; the first of `agents` is the operator. `progress` is
    called as `Calendar.write` does. Raises InvalidInput with all faults at once, StorageError where the disk refuses.
    """
    folder = into / f"{name}-v1"
    faults = _faults(name, into, folder, step_h, seed, agents)
    ground = _ground(network, pandapower, faults)
    planned = _planned(ground, step_h if step_h in STEPS_H else 1.0, agents, faults)
    if faults or ground is None or planned is None:
        raise InvalidInput("gridbench new scenario", faults)
    into.mkdir(parents=True, exist_ok=True)
    calendar = Calendar(CAISO_LIKE, step_h=step_h, seed=seed)
    with tempfile.TemporaryDirectory(dir=into, prefix=f".{folder.name}.") as part:
        draft = Path(part) / folder.name
        _write(draft, name, ground, planned, calendar, agents, progress)
        held = summary(read(draft))
        write_bytes(draft / CARD, card(held, ground, planned, calendar).encode())
        draft.rename(folder)
    return NewScenario(folder, held, ground.notes)


def _faults(name: str, into: Path, folder: Path, step_h: float, seed: int, agents: Sequence[str]) -> list[str]:
    """What is wrong but for the network."""
    faults = []
    if not _NAME.fullmatch(name):
        faults.append(f"NAME {name!r}: begin with a letter, and go on with letters, digits and _ (no version: it will be 1)")
    elif folder.exists():
        faults.append(f"{folder}: stands there already; choose another name, or another folder by --into")
    if into.exists() and not into.is_dir():
        faults.append(f"--into {into}: is no folder; choose one, or a new name")
    if step_h not in STEPS_H:
        faults.append(f"--step-h {step_h:g}: give one of {', '.join(f'{one:g}' for one in STEPS_H)}")
    if seed < 0:
        faults.append(f"--seed {seed}: give 0 or more")
    faults += [
        f"--agents {one!r}: begin with a letter, and go on with letters, digits and _"
        for one in agents
        if not _NAME.fullmatch(one)
    ]
    if not agents or len(set(agents)) < len(agents):
        faults.append(f"--agents {' '.join(agents)}: give one or more names, each once")
    return faults


def _ground(network: str | None, pandapower: Path | None, faults: list[str]) -> Ground | None:
    """The network, unless it has faults."""
    try:
        if pandapower is not None:
            if network is not None:
                faults.append("choose --network or --pandapower")
            return grounds.from_pandapower_file(pandapower)
        if network is not None and names_folder(network):
            return grounds.from_folder(Path(network))
        return grounds.built_in(network or "ieee13")
    except InvalidInput as error:
        faults += [f"{error.where}: {fault}" for fault in error.faults]
    except GridbenchError as error:
        faults.append(f"--network: {error}")
    return None


def _planned(ground: Ground | None, step_h: float, agents: Sequence[str], faults: list[str]) -> Plan | None:
    """The devices, unless there are more agents than units for them."""
    if ground is None:
        return None
    try:
        planned = plan(ground, step_h)
        if agents:
            planned.owners(agents)
    except InvalidInput as error:
        faults += [f"{error.where}: {fault}" for fault in error.faults]
        return None
    return planned


def _write(
    draft: Path,
    name: str,
    ground: Ground,
    planned: Plan,
    calendar: Calendar,
    agents: Sequence[str],
    progress: Callable[[str, int, int], None] | None,
) -> None:
    """Write the network, the series and scenario.toml."""
    if ground.own:
        write_network(ground.feeder, draft / ground.network)
    columns = [planned.tie.price, LOAD_COLUMN, *(one.profile for one in planned.units if hasattr(one, "profile"))]
    calendar.write(draft / "series", columns, planned.out, progress)
    title = f"{ground.feeder.name if ground.own else ground.network} with a generator, a storage and solar"
    text = page(name, title, ground, planned, calendar.step_h, planned.owners(agents))
    write_bytes(draft / FILE, f"{text}\n{splits(calendar.splits(planned.out))}".encode())
