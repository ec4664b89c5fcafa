"""The scenario file: scenario.toml and its series read into a Scenario, or refused with all faults at once."""

from __future__ import annotations

import re
import tomllib
from functools import cache, partial, reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter

from gridbench.errors import InvalidInput
from gridbench.physics.devices import DEVICES, LoadingLimit, VoltageBand
from gridbench.scenario import tables
from gridbench.scenario.digest import FILE, digest
from gridbench.scenario.feeders import build, named_network
from gridbench.scenario.parts import Parts
from gridbench.scenario.reading import STRICT, Form, Item, Reading
from gridbench.scenario.splits import series_file

if TYPE_CHECKING:
    from pathlib import Path

    from gridbench.physics.terms import Device
    from gridbench.scenario.scenario import Scenario

TABLES = ("time", "feeder", "rating", "voltage", "loading", "blackout", "loads", "device", "agent", "split")
T = TypeVar("T")


def read(path: Path) -> Scenario:
    """Return the scenario of a folder or of its scenario.toml. Raises InvalidInput with every fault and its path in the file."""
    file = path / FILE if path.is_dir() else path
    reading = Reading(_toml(file))
    head = reading.head(_form(tables.Head), TABLES)
    _check_folder(reading, file, head)
    feeders = reading.tables("feeder", _form(tables.FeederTable), least=1)
    ratings = reading.tables("rating", _form(tables.RatingTable))
    parts = Parts(
        head=head,
        time=reading.table("time", _form(tables.TimeTable)),
        voltage=reading.table("voltage", _form(VoltageBand)),
        loading=reading.table("loading", _form(LoadingLimit)),
        blackout=reading.table("blackout", _form(tables.BlackoutTable)),
        network=build(reading, feeders, ratings, partial(named_network, file.parent)),
        devices=reading.tables("device", _device_form(), least=1),
        demand=reading.tables("loads", _form(tables.LoadsTable)),
        agents=reading.tables("agent", _form(tables.AgentTable), least=1),
        splits=reading.tables("split", _form(tables.SplitTable), least=1),
        fetch=partial(series_file, file.parent),
    )
    return parts.settled(reading, str(file), lambda _: digest(file.parent))


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
