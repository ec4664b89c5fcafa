"""Random streams: one a name, the same in every process."""

from __future__ import annotations

import zlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]


def stream(seed: int, *names: str) -> np.random.Generator:
    """Return the generator of a seed (a whole number from 0) and names; Python's hash seed plays no part."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])
