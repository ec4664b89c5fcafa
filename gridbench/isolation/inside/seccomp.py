"""A filter of system calls: no sockets, no looking into or signalling of others, no new namespaces, no hidden memory."""

from __future__ import annotations

import ctypes
import os
import platform
import struct

from . import kernel

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_NUMBER, _ARCH, _ARG0, _ARG1 = 0, 4, 16, 24
_X32 = 0x40000000
_NEW_NAMESPACES = 0x7E020000

_ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_REFUSED = {
    # socket, ptrace, process_vm_readv, process_vm_writev, pidfd_getfd, unshare, setns, mount, bpf, perf_event_open,
    # userfaultfd, keyctl, add_key, request_key, io_uring_setup, open_by_handle_at, memfd_create, shmget, msgget, semget,
    # memfd_secret, fanotify_init, rt_sigqueueinfo, rt_tgsigqueueinfo, tkill, pidfd_send_signal
    "x86_64": (41, 101, 310, 311, 438, 272, 308, 165, 321, 298, 323, 250, 248, 249, 425, 304, 319, 29, 68, 64, 447, 300,
               129, 297, 200, 424),
    "aarch64": (198, 117, 270, 271, 438, 97, 268, 40, 280, 241, 282, 219, 217, 218, 425, 265, 279, 194, 186, 190, 447, 262,
                138, 240, 130, 424),
}  # fmt: skip
_OWN = {
    # kill, tgkill, prlimit64, sched_setaffinity, sched_setscheduler, sched_setattr: on oneself only
    "x86_64": (62, 234, 302, 203, 144, 314),
    "aarch64": (129, 131, 261, 122, 119, 274),
}
_SIGNALLING = {
    # fcntl: F_SETOWN, F_SETSIG, F_SETOWN_EX; ioctl: FIOSETOWN, SIOCSPGRP, TIOCSTI. Files can be made to signal others.
    "x86_64": ((72, (8, 10, 15)), (16, (0x8901, 0x8902, 0x5412))),
    "aarch64": ((25, (8, 10, 15)), (29, (0x8901, 0x8902, 0x5412))),
}
_CLONE, _CLONE3 = {"x86_64": 56, "aarch64": 220}, {"x86_64": 435, "aarch64": 435}


def _word(code: int, value: int, hit: int = 0, miss: int = 0) -> bytes:
    return struct.pack("<HBBI", code, hit, miss, value)


def _refuse(code: int) -> bytes:
    return _word(_RETURN, _ERRNO | code)


def program(machine: str, own: int) -> bytes:
    """Return the filter's instructions for a machine and the id of the process. Raises KeyError for an unknown machine."""
    words = [_word(_LOAD, _ARCH), _word(_JUMP_EQUAL, _ARCHES[machine], 1), _word(_RETURN, _KILL), _word(_LOAD, _NUMBER)]
    words += [_word(_JUMP_AT_LEAST, _X32, 0, 1), _refuse(_ENOSYS)]
    for number in _REFUSED[machine]:
        words += [_word(_JUMP_EQUAL, number, 0, 1), _refuse(_EPERM)]
    # Without clone3 the C library falls back to clone, whose flags a filter can read.
    words += [_word(_JUMP_EQUAL, _CLONE3[machine], 0, 1), _refuse(_ENOSYS)]
    words += [_word(_JUMP_EQUAL, _CLONE[machine], 0, 4), _word(_LOAD, _ARG0)]
    words += [_word(_JUMP_SET, _NEW_NAMESPACES, 0, 1), _refuse(_EPERM), _word(_RETURN, _ALLOW)]
    for number in _OWN[machine]:
        words += [_word(_JUMP_EQUAL, number, 0, 5), _word(_LOAD, _ARG0)]
        words += [_word(_JUMP_EQUAL, own, 2), _word(_JUMP_EQUAL, 0, 1), _refuse(_EPERM), _word(_RETURN, _ALLOW)]
    for number, orders in _SIGNALLING[machine]:
        words += [_word(_JUMP_EQUAL, number, 0, 2 * len(orders) + 2), _word(_LOAD, _ARG1)]
        words += [word for order in orders for word in (_word(_JUMP_EQUAL, order, 0, 1), _refuse(_EPERM))]
        words += [_word(_RETURN, _ALLOW)]
    return b"".join([*words, _word(_RETURN, _ALLOW)])


def load() -> bool:
    """Load the filter, for good; return False where no filter is written for this machine. Raises OSError."""
    machine = platform.machine()
    if machine not in _ARCHES:
        return False
    code = program(machine, os.getpid())
    kept = ctypes.create_string_buffer(code, len(code))
    head = ctypes.create_string_buffer(struct.pack("@HxxxxxxP", len(code) // 8, ctypes.addressof(kept)), 16)
    kernel.seccomp(ctypes.cast(head, ctypes.c_void_p))
    return True
