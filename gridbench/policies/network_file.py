"""The two files of a trained network, and everything that may be wrong with them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors.numpy import load, save

from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PAGE, WEIGHTS = "policy.json", "weights.safetensors"
MOST_BYTES = 64 * 2**20
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Size = Annotated[int, Field(ge=1, le=4096)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Module(_Strict):
    """A perceptron by its layer sizes, input first, and the activation between layers."""

    sizes: Annotated[tuple[Size, ...], Field(min_length=2, max_length=16)]
    activation: Literal["tanh"] = "tanh"


class OneHot(_Strict):
    """Which of the agents that share a module this one is."""

    index: Annotated[int, Field(ge=0)]
    size: Size


class Agent(_Strict):
    """Which module acts for an agent, and the digest of the observation fields it was trained on.

    `reads` names those fields where the module reads a part of the observation alone.
    """

    module: str
    one_hot: OneHot | None = None
    fields: Digest
    reads: Annotated[tuple[str, ...], Field(min_length=1)] | None = None


class Training(_Strict):
    """What the network was trained on, and how long (seconds)."""

    environment_steps: Annotated[int, Field(ge=0)]
    seconds: Annotated[float, Field(ge=0)]
    device: str
    seeds: tuple[int, ...]
    scenarios: tuple[str, ...]


class Spec(_Strict):
    """The page: names, modules, agents, the digest of the weights, and how they were trained."""

    format: Literal["gridbench-policy/1"] = "gridbench-policy/1"
    name: Annotated[str, Field(min_length=1)]
    version: str
    information: Literal["local", "shared", "full", "forecast"]
    modules: dict[str, Module]
    agents: dict[str, Agent]
    sha256: Digest
    training: Training | None = None
    facts: dict[str, str | int | float | bool] = {}

    def faults(self) -> list[str]:
        """Return what is contradictory in the fields."""
        lost = {name: agent.module for name, agent in self.agents.items() if agent.module not in self.modules}
        marks = {name: agent.one_hot for name, agent in self.agents.items() if agent.one_hot is not None}
        wrong = {name: mark for name, mark in marks.items() if mark.index >= mark.size}
        found = [f"agents.{name}.module: there is no module {module!r}" for name, module in lost.items()]
        return found + [f"agents.{name}.one_hot: index {m.index} is not below size {m.size}" for name, m in wrong.items()]


def read_spec(folder: Path) -> Spec:
    """Return the page of a folder. Raises InvalidInput with all faults."""
    page = folder / PAGE
    return parse_spec(_bytes(page), str(page))


def parse_spec(data: bytes, where: str) -> Spec:
    """Return the page in the bytes of a policy.json. Raises InvalidInput at `where` with all faults."""
    try:
        spec = Spec.model_validate(json.loads(data.decode("utf-8")))
    except ValidationError as error:
        faults = [f"{ascii('.'.join(map(str, one['loc'])))[1:-1][:200] or 'page'}: {one['msg']}" for one in error.errors()]
        raise InvalidInput(where, faults) from None
    except (ValueError, RecursionError) as error:
        raise InvalidInput(where, [f"cannot be read: {error}; give the folder of an exported policy"]) from None
    if spec.faults():
        raise InvalidInput(where, spec.faults())
    return spec


def read_weights(folder: Path, spec: Spec) -> dict[str, NDArray[np.float32]]:
    """Return the arrays by name `<module>.<layer>.weight|bias`, checked. Raises InvalidInput with all faults."""
    path = folder / WEIGHTS
    return parse_weights(_bytes(path), spec, str(path))


def parse_weights(data: bytes, spec: Spec, where: str) -> dict[str, NDArray[np.float32]]:
    """Return the arrays in the bytes of a weights.safetensors, checked; its metadata are not read.

    Raises InvalidInput at `where` with all faults.
    """
    try:
        arrays = load(data)
    except Exception as error:  # noqa: BLE001  the reader of the format raises a family of its own, and worse on damage
        raise InvalidInput(where, [f"is no safetensors file: {ascii(str(error))[1:-1][:200]}"]) from None
    faults = [] if digest_of(data) == spec.sha256 else [f"its sha256 is not the one {PAGE} states: export both together"]
    faults += _array_faults(arrays, wanted_shapes(spec))
    if faults:
        raise InvalidInput(where, faults)
    return arrays


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise InvalidInput(str(path), [f"cannot be read: {error}; give the folder of an exported policy"]) from None
    if len(data) > MOST_BYTES:
        raise InvalidInput(str(path), [f"is larger than {MOST_BYTES} bytes: export actors only"])
    return data


def write_network(folder: Path, spec: dict[str, Any], arrays: dict[str, NDArray[np.float32]]) -> Spec:
    """Write weights and page into a folder, the digest filled in; return the page. Raises InvalidInput if they do not agree."""
    folder.mkdir(parents=True, exist_ok=True)
    data = save({name: np.ascontiguousarray(array, dtype=np.float32) for name, array in sorted(arrays.items())})
    page = Spec.model_validate({**spec, "sha256": digest_of(data)})
    (folder / WEIGHTS).write_bytes(data)
    text = json.dumps(page.model_dump(mode="json"), indent=2, sort_keys=True)
    (folder / PAGE).write_text(text + "\n", encoding="utf-8")
    read_weights(folder, read_spec(folder))
    return page


def wanted_shapes(spec: Spec) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array that the modules need."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, module in spec.modules.items():
        for i, (inputs, outputs) in enumerate(zip(module.sizes, module.sizes[1:], strict=False)):
            shapes[f"{name}.{i}.weight"], shapes[f"{name}.{i}.bias"] = (outputs, inputs), (outputs,)
    return shapes


def digest_of(data: bytes) -> str:
    """Return the sha256 of bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _array_faults(arrays: dict[str, NDArray[Any]], shapes: dict[str, tuple[int, ...]]) -> list[str]:
    faults = [f"array {name!r} is missing: shape {shape}" for name, shape in shapes.items() if name not in arrays]
    faults += [f"array {name!r} belongs to no module: leave it out" for name in arrays if name not in shapes]
    for name in shapes.keys() & arrays.keys():
        array = arrays[name]
        if array.shape != shapes[name] or array.dtype != np.float32:
            faults.append(f"array {name!r}: {array.dtype} of shape {array.shape}, needs float32 of shape {shapes[name]}")
        elif not np.isfinite(array).all():
            faults.append(f"array {name!r}: {np.count_nonzero(~np.isfinite(array))} entries are NaN or infinite")
    return sorted(faults)
