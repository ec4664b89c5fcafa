"""Landlock: this process and all that come of it reach only the files they are given (Linux 5.13 and later)."""

from __future__ import annotations

import ctypes
import os
import struct
from typing import TYPE_CHECKING

from . import kernel

if TYPE_CHECKING:
    from collections.abc import Iterable

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE, _IOCTL = 1, 2, 4, 8, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
_BLOCK, _CHAR, _SOCKET = 1 << 11, 1 << 6, 1 << 9
READ = _EXECUTE | _READ_FILE | _READ_DIR
LIST = _READ_DIR
DEVICE = _WRITE_FILE | _READ_FILE


def version() -> int:
    """Return which version the kernel has, 0 for none."""
    if not kernel.LINUX:
        return 0
    try:
        return kernel.syscall("landlock", _CREATE, None, 0, 1)
    except OSError:
        return 0


def _handled(known: int) -> int:
    bits = 13 + (known >= 2) + (known >= 3) + (known >= 5)
    return (1 << bits) - 1


def write_rights(known: int) -> int:
    """Return every right over a folder but making devices and sockets."""
    return _handled(known) & ~(_BLOCK | _CHAR | _SOCKET)


class Rules:
    """The files that stay in reach; open them before giving up the rights to, then `enforce`."""

    def __init__(self) -> None:
        """Begin with nothing in reach. Raises OSError where the kernel has no Landlock."""
        self.known = version()
        tcp, scopes = (3 if self.known >= 4 else 0), (3 if self.known >= 6 else 0)
        size = 24 if self.known >= 6 else 16 if self.known >= 4 else 8
        said = ctypes.create_string_buffer(struct.pack("<QQQ", _handled(self.known), tcp, scopes), 24)
        self._ruleset = kernel.syscall("landlock_create_ruleset", _CREATE, said, size, 0)

    @property
    def signals(self) -> bool:
        """Whether processes outside can no longer be signalled."""
        return self.known >= 6

    def allow(self, paths: Iterable[str], rights: int) -> None:
        """Keep files and folders, where they exist, in reach. Raises OSError."""
        for path in paths:
            try:
                place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except (FileNotFoundError, NotADirectoryError):
                continue
            try:
                folder = os.path.isdir(path)  # noqa: PTH112 - the standard library's lightest, this is the start of a process
                given = (rights if folder else rights & _OF_FILES) & _handled(self.known)
                said = ctypes.create_string_buffer(struct.pack("<Qi", given, place), 12)
                kernel.syscall(f"landlock_add_rule {path}", _ADD, self._ruleset, 1, said, 0)
            finally:
                os.close(place)

    def enforce(self) -> None:
        """Restrict this process, for good. Raises OSError."""
        kernel.syscall("landlock_restrict_self", _RESTRICT, self._ruleset, 0)
        os.close(self._ruleset)
