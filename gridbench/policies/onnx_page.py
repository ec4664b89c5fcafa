"""The page of a policy as ONNX models: which model acts for which agent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridbench.errors import InvalidInput
from gridbench.isolation.reasons import printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST_BYTES = 2**20
MOST_NAME = 200
Text = Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
Size = Annotated[int, Field(ge=1, le=4096)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OneHot(_Strict):
    """Which of the agents that share a model this one is: a mark behind its observation."""

    index: Annotated[int, Field(ge=0)]
    size: Size


class Agent(_Strict):
    """The model that acts for an agent, by file; names of its input and output, where it has several.

    `states` maps inputs to the outputs that feed them in the next step; a day begins at zeros.
    """

    model: Text
    observation: Text | None = None
    action: Text | None = None
    one_hot: OneHot | None = None
    states: Annotated[dict[Text, Text], Field(max_length=16)] = {}


class OnnxPage(_Strict):
    """The agents by name."""

    format: Literal["gridbench-onnx/1"] = "gridbench-onnx/1"
    agents: dict[str, Agent]


def onnx_agents(folder: Path, entry: str, agents: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return what to run for each agent.

    The entry is a model for all agents (`model.onnx`), a pattern for one each (`{agent}.onnx`), or a page (`onnx.json`).
    Raises InvalidInput with all faults.
    """
    names = list(agents)
    if entry.endswith(".json"):
        page = _read(folder, entry)
    else:
        page = OnnxPage(agents={name: Agent(model=entry.replace("{agent}", name)) for name in names})
    faults = [f"agents.{name}: missing, though the scenario has this agent" for name in names if name not in page.agents]
    faults += [f"agents.{name}: is no agent of the scenario" for name in page.agents if name not in names]
    for name, part in page.agents.items():
        if part.one_hot is not None and part.one_hot.index >= part.one_hot.size:
            faults.append(f"agents.{name}.one_hot: index {part.one_hot.index} is not below size {part.one_hot.size}")
    files = sorted({part.model for part in page.agents.values()})
    faults += [f"{file!r}: there is no such model in the folder" for file in files if not inside(folder, file)]
    if faults:
        raise InvalidInput(str(folder / entry), [printable(fault) for fault in faults])
    return {name: _told(page.agents[name]) for name in names}


def _told(part: Agent) -> dict[str, Any]:
    mark = None if part.one_hot is None else [part.one_hot.index, part.one_hot.size]
    return {**part.model_dump(), "one_hot": mark}


def inside(folder: Path, file: str) -> bool:
    """Return whether a name is that of a plain file in a folder or below it."""
    path = folder / file
    if len(file) > MOST_NAME:
        return False
    return path.is_file() and not path.is_symlink() and path.resolve().is_relative_to(folder.resolve())


def _read(folder: Path, entry: str) -> OnnxPage:
    path = folder / entry
    try:
        if not inside(folder, entry) or path.stat().st_size > MOST_BYTES:
            raise InvalidInput(str(path), [f"is no file of the folder of less than {MOST_BYTES} bytes: name the page as entry"])
        return OnnxPage.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc'])) or 'page'}: {one['msg']}" for one in error.errors()]
        raise InvalidInput(str(path), [printable(fault) for fault in faults]) from None
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInput(str(path), [f"cannot be read: {error}; give JSON"]) from None
