"""actions.npz: everything that a policy asked for, so that anyone can replay it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gridbench.bench.files import read_arrays, write_arrays
from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FILE = "actions.npz"
Asks = NDArray[np.float32]


def write_actions(folder: Path, seeds: Sequence[int], days: Sequence[int], names: Sequence[str], asks: Asks) -> None:
    """Write the asks (seed, day, step, ask), each in its own unit; equal asks are equal bytes. Raises StorageError."""
    arrays: dict[str, NDArray[Any]] = {
        "asks": asks.astype(np.float32),
        "seeds": np.array(seeds, dtype=np.int64),
        "days": np.array(days, dtype=np.int64),
        "names": np.array(names, dtype=np.str_),
    }
    write_arrays(folder / FILE, arrays)


def read_actions(folder: Path, seeds: Sequence[int], days: Sequence[int], names: Sequence[str], steps: int) -> Asks:
    """Return the asks (seed, day, step, ask); raises InvalidInput with every way in which they are not those of the run."""
    path = folder / FILE
    arrays = read_arrays(path)
    wanted = {"asks", "seeds", "days", "names"}
    if set(arrays) != wanted:
        raise InvalidInput(str(path), [f"must hold {sorted(wanted)}, holds {sorted(arrays)}"])
    faults = [
        f"{name}: {arrays[name].tolist()} is not {list(right)}"
        for name, right in (("seeds", seeds), ("days", days), ("names", names))
        if arrays[name].tolist() != list(right)
    ]
    asks, shape = arrays["asks"], (len(seeds), len(days), steps, len(names))
    if asks.dtype != np.float32 or asks.shape != shape:
        faults.append(f"asks: {asks.dtype} {asks.shape} must be float32 {shape}")
    elif not np.isfinite(asks).all():
        faults.append("asks: hold NaN or infinite numbers")
    if faults:
        raise InvalidInput(str(path), faults)
    return asks
