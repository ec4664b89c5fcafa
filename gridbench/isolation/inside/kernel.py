"""Calls of the Linux kernel that the standard library of Python 3.11 lacks, by ctypes."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys

PDEATHSIG, DUMPABLE, KEEPCAPS, NO_NEW_PRIVS, SUBREAPER, SECCOMP = 1, 4, 8, 38, 36, 22
CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
MNT_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MOUNT_SETATTR = 442
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
CAP_DAC_READ_SEARCH = 2
_CAPABILITY_VERSION = 0x20080522
LINUX = sys.platform == "linux"


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def failed(what: str) -> OSError:
    """Return the error of the last call."""
    code = ctypes.get_errno()
    return OSError(code, f"{what}: {os.strerror(code)}")


def syscall(what: str, number: int, *arguments: object) -> int:
    """Return what a system call returned. Raises OSError."""
    given = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    answer = int(_libc().syscall(ctypes.c_long(number), *given))
    if answer < 0:
        raise failed(what)
    return answer


def prctl(option: int, value: int | ctypes.c_void_p) -> None:
    """Set an attribute of this process. Raises OSError."""
    first = ctypes.c_ulong(value) if isinstance(value, int) else value
    zero = ctypes.c_ulong(0)
    if _libc().prctl(ctypes.c_int(option), first, zero, zero, zero) != 0:
        raise failed(f"prctl {option}")


def seccomp(program: ctypes.c_void_p) -> None:
    """Load a filter of system calls for this process and all that come of it. Raises OSError."""
    mode_filter = 2
    if _libc().prctl(ctypes.c_int(SECCOMP), ctypes.c_ulong(mode_filter), program, ctypes.c_ulong(0), ctypes.c_ulong(0)) != 0:
        raise failed("seccomp")


def unshare(flags: int) -> None:
    """Leave namespaces for new ones. Raises OSError."""
    if _libc().unshare(ctypes.c_int(flags)) != 0:
        raise failed("unshare")


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """Mount something. Raises OSError."""
    texts = [None if one is None else os.fsencode(one) for one in (source, target, kind, data)]
    if _libc().mount(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3]) != 0:
        raise failed(f"mount {target}")


def read_only(target: str, *, devices: bool = False, below: bool = True) -> None:
    """Make a mount read-only without set-uid files, and what is mounted below it. Raises OSError before Linux 5.12."""
    flags = MS_RDONLY | MS_NOSUID | (0 if devices else MS_NODEV)
    attributes = ctypes.create_string_buffer(struct.pack("<QQQQ", flags, 0, 0, 0), 32)
    where = ctypes.c_char_p(os.fsencode(target))
    syscall("mount_setattr", _MOUNT_SETATTR, _AT_FDCWD, where, _AT_RECURSIVE if below else 0, attributes, 32)


def pivot(root: str) -> None:
    """Make a mounted folder the root, and let go of the old one. Raises OSError."""
    os.chdir(root)
    number = _PIVOT_ROOT.get(platform.machine())
    if number is None:
        raise OSError(f"no number of pivot_root is known for {platform.machine()}")
    syscall("pivot_root", number, ctypes.c_char_p(b"."), ctypes.c_char_p(b"."))
    if _libc().umount2(b".", MNT_DETACH) != 0:
        raise failed("umount the old root")
    os.chdir("/")


def keep_only(capability: int | None) -> None:
    """Drop every capability of this process but one. Raises OSError."""
    bits = 0 if capability is None else 1 << capability
    head = ctypes.create_string_buffer(struct.pack("<Ii", _CAPABILITY_VERSION, 0), 8)
    sets = ctypes.create_string_buffer(struct.pack("<IIIIII", bits, bits, 0, 0, 0, 0), 24)
    if _libc().capset(head, sets) != 0:
        raise failed("capset")
