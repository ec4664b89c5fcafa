"""The two files of a trained network, and everything that may be wrong with them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError
from safetensors.numpy import load, save

from gridbench.errors import InvalidInput
from gridbench.policies.nets.net import shapes
from gridbench.policies.nets.page import Spec

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PAGE, WEIGHTS = "policy.json", "weights.safetensors"
MOST_BYTES, MOST_PAGE_BYTES = 64 * 2**20, 4 * 2**20


def read_spec(folder: Path) -> Spec:
    """Return the page of a folder. Raises InvalidInput with all faults."""
    page = folder / PAGE
    return parse_spec(_bytes(page, MOST_PAGE_BYTES, f"numbers belong into {WEIGHTS}"), str(page))


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
    """Return the arrays by name, `<module>.<layer>.weight` and the like, checked. Raises InvalidInput with all faults."""
    path = folder / WEIGHTS
    return parse_weights(_bytes(path, MOST_BYTES, "export actors only"), spec, str(path))


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


def _bytes(path: Path, most: int, mend: str) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise InvalidInput(str(path), [f"cannot be read: {error}; give the folder of an exported policy"]) from None
    if len(data) > most:
        raise InvalidInput(str(path), [f"is larger than {most} bytes: {mend}"])
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
    return {array: shape for name, module in spec.modules.items() for array, shape in shapes(name, module).items()}


def network_digest(folder: Path) -> str:
    """Return the sha256 over the page and the weights: the same weights under another page are another policy."""
    return digest_of((folder / PAGE).read_bytes() + (folder / WEIGHTS).read_bytes())


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
        elif name.endswith(".std") and not (array > 0.0).all():
            faults.append(f"array {name!r}: {np.count_nonzero(array <= 0.0)} entries are not above 0; inputs are divided by them")
    return sorted(faults)


__all__ = ["MOST_BYTES", "PAGE", "WEIGHTS", "Spec", "digest_of", "read_spec", "read_weights", "wanted_shapes", "write_network"]
