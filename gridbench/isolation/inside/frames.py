"""The frames of the two pipes: a fixed head (magic, kind, number of the request, length), then bytes. No pickle."""

from __future__ import annotations

import os
import struct

HEAD = struct.Struct("<4sBQI")
MAGIC = b"GBI1"
LOCK, BEGIN, ACT = 1, 2, 3
LOCKED, DONE, ACTIONS, FAILED = 17, 18, 19, 20
TEXT_BYTES = 4096


def packed(kind: int, number: int, payload: bytes = b"") -> bytes:
    """Return a frame as bytes."""
    return HEAD.pack(MAGIC, kind, number, len(payload)) + payload


def head(data: bytes) -> tuple[int, int, int]:
    """Return kind, number and length of a head. Raises ValueError where the bytes are none."""
    magic, kind, number, length = HEAD.unpack(data)
    if magic != MAGIC:
        raise ValueError("the bytes are no frame")
    return int(kind), int(number), int(length)


def write(descriptor: int, data: bytes) -> None:
    """Write all bytes to a pipe."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def read(descriptor: int, length: int) -> bytes:
    """Return that many bytes of a pipe. Raises EOFError where it ends before."""
    parts, left = [], length
    while left:
        part = os.read(descriptor, min(left, 1 << 16))
        if not part:
            raise EOFError("the pipe has ended")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
