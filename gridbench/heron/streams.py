"""Random streams: one a name, the same in every process."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]


def stream(seed: int, *names: str) -> np.random.Generator:
    """Return the generator of a seed (a whole number from 0) and names; Python's hash seed plays no part."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


class Streams(Sequence[np.random.Generator]):
    """The generators of some seeds under one name, each made when it is first asked for."""

    def __init__(self, seeds: Sequence[int], *names: str) -> None:
        """Hold seeds and names."""
        self._seeds, self._names = seeds, names
        self._made: dict[int, np.random.Generator] = {}

    @overload
    def __getitem__(self, index: int) -> np.random.Generator: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[np.random.Generator]: ...

    def __getitem__(self, index: int | slice) -> np.random.Generator | Sequence[np.random.Generator]:
        """Return one generator, always the same, or several."""
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        place = range(len(self))[index]
        if place not in self._made:
            self._made[place] = stream(self._seeds[place], *self._names)
        return self._made[place]

    def __len__(self) -> int:
        """Return how many."""
        return len(self._seeds)
