"""The scenario file: scenario.toml and its series read into a Scenario, or refused with all faults at once."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter

from gridbench.errors import InvalidInput
from gridbench.physics.devices import DEVICES, LoadingLimit, VoltageBand
from gridbench.scenario import tables
from gridbench.scenario.demand import expand
from gridbench.scenario.digest import FILE, digest
from gridbench.scenario.feeders import Network, build
from gridbench.scenario.ownership import groups
from gridbench.scenario.placement import placed
from gridbench.scenario.reading import STRICT, Form, Item, Reading
from gridbench.scenario.scenario import AgentGroup, Scenario
from gridbench.scenario.splits import column_faults, read_splits

if TYPE_CHECKING:
    from pathlib import Path

    from gridbench.physics.terms import Device

TABLES = ("time", "feeder", "rating", "voltage", "loading", "blackout", "loads", "device", "agent", "split")
T = TypeVar("T")


@dataclass(frozen=True)
class Grid:
    """What the tables about the network give: the feeder, its devices and agents, and the tables that name columns."""

    network: Network | None
    devices: tuple[Device, ...]
    agents: tuple[AgentGroup, ...]
    readers: tuple[Item[Any], ...]


def read(path: Path) -> Scenario:
    """Return the scenario of a folder or of its scenario.toml. Raises InvalidInput with every fault and its path in the file."""
    file = path / FILE if path.is_dir() else path
    reading = Reading(_toml(file))
    head = reading.head(_form(tables.Head), TABLES)
    time = reading.table("time", _form(tables.TimeTable))
    voltage = reading.table("voltage", _form(VoltageBand))
    loading = reading.table("loading", _form(LoadingLimit))
    blackout = reading.table("blackout", _form(tables.BlackoutTable))
    grid = _grid(reading)
    splits, library = read_splits(reading, reading.tables("split", _form(tables.SplitTable), least=1), file.parent, time.value)
    column_faults(reading, grid.readers, library)
    _check_folder(reading, file, head)
    if reading.faults or grid.network is None:
        raise InvalidInput(str(file), list(dict.fromkeys(reading.faults)))
    top, axis = _there(head), _there(time)
    return Scenario(
        name=top.name,
        version=top.version,
        title=top.title,
        digest=digest(file.parent),
        feeder=replace(grid.network.feeder, loads=()),
        devices=grid.devices,
        voltage=_there(voltage),
        loading=_there(loading),
        blackout_usd=_there(blackout).blackout_usd,
        step_h=axis.step_h,
        steps=axis.steps,
        agents=grid.agents,
        splits=splits,
        anchor=top.anchor,
        violating_share_max=top.violating_share_max,
        reward_usd=top.reward_usd,
    )


def _grid(reading: Reading) -> Grid:
    """The network with all that stands in it; what hangs from a fault elsewhere is left unchecked, not reported twice."""
    feeders = reading.tables("feeder", _form(tables.FeederTable), least=1)
    ratings = reading.tables("rating", _form(tables.RatingTable))
    demand = reading.tables("loads", _form(tables.LoadsTable))
    stated = reading.tables("device", _device_form(), least=1)
    owners = reading.tables("agent", _form(tables.AgentTable), least=1)
    network = build(reading, feeders, ratings)
    if network is None:
        return Grid(None, (), (), (*stated, *demand))
    loads = expand(reading, demand, network)
    for name in sorted({item.name for item in stated} & {load.name for load in loads}):
        reading.add("device", f"{name!r} is the name of a nominal load too; mend: rename the device")
    devices = (*placed(reading, stated, network), *loads)
    agents = groups(reading, owners, network, devices, (item.name for item in stated))
    return Grid(network, devices, agents, (*stated, *demand))


@cache
def _form(cls: type[T]) -> Form[T]:
    return Form.of(cls)


@cache
def _device_form() -> Form[Device]:
    """Any of the device dataclasses, told apart by `kind`."""
    union: Any = Annotated[reduce(or_, DEVICES.values()), Field(discriminator="kind")]
    return Form(TypeAdapter(list[union], config=STRICT), DEVICES)


def _toml(file: Path) -> dict[str, Any]:
    """The tables of the file as written."""
    if file.name != FILE:
        raise InvalidInput(str(file), [f"the file of a scenario is named {FILE}; mend: rename it, or give its folder"])
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(str(file), [f"cannot be read ({error.strerror}); mend: check the path"]) from error
    except ValueError as error:
        raise InvalidInput(str(file), [f"is no TOML: {error}; mend: correct the line"]) from error


def _check_folder(reading: Reading, file: Path, head: Item[tables.Head]) -> None:
    """Refuse a folder whose name tells another id than the file."""
    folder = file.resolve().parent.name
    if head.value is not None and re.fullmatch(r".+-v\d+", folder) and folder != f"{head.value.name}-v{head.value.version}":
        reading.add("name", f"the folder {folder} tells another name or version; mend: make them agree")


def _there(item: Item[T]) -> T:
    """The value of a table that had no fault."""
    if item.value is None:
        raise InvalidInput(item.path, ["missing"])
    return item.value
