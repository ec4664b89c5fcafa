"""Arrays by name as bytes: the number of arrays, then name, length and little-endian numbers of each."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

COUNT, NAME, LENGTH = struct.Struct("<H"), struct.Struct("<H"), struct.Struct("<I")


def pack(arrays: Mapping[str, NDArray[np.floating]], kind: str) -> bytes:
    """Return flat arrays as bytes; `kind` is `<f4` or `<f8`."""
    parts = [COUNT.pack(len(arrays))]
    for name, array in arrays.items():
        text = name.encode()
        flat = np.ascontiguousarray(array, dtype=kind)
        parts += [NAME.pack(len(text)), text, LENGTH.pack(flat.size), flat.tobytes()]
    return b"".join(parts)


def unpack(data: bytes, kind: str) -> dict[str, NDArray[np.floating]]:
    """Return the arrays by name, each (numbers,) and one's own copy. Raises ValueError where the bytes do not fit."""
    found: dict[str, NDArray[np.floating]] = {}
    width, at = np.dtype(kind).itemsize, COUNT.size
    try:
        for _ in range(COUNT.unpack_from(data)[0]):
            end = at + NAME.size + NAME.unpack_from(data, at)[0]
            name, size = data[at + NAME.size : end].decode(), LENGTH.unpack_from(data, end)[0]
            at = end + LENGTH.size + size * width
            if at > len(data) or name in found:
                raise ValueError("an array is cut short, or comes twice")
            found[name] = np.frombuffer(data, dtype=kind, count=size, offset=end + LENGTH.size).copy()
    except struct.error:
        raise ValueError("the arrays are cut short") from None
    if at != len(data):
        raise ValueError("there are bytes behind the last array")
    return found


def packed_size(sizes: Mapping[str, int], kind: str) -> int:
    """Return how many bytes arrays of these lengths take."""
    each = NAME.size + LENGTH.size
    return COUNT.size + sum(each + len(name.encode()) + size * np.dtype(kind).itemsize for name, size in sizes.items())
