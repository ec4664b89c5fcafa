"""The filter of system calls, read by a little machine of one's own: what is refused, and that all else is allowed."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridbench.isolation.inside import seccomp

OWN = 4242
ALLOW, KILL, EPERM, ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026


def verdict(machine, number, first=0, second=0, arch=None):
    """Run the program as the kernel would; return what it says of a call."""
    data = struct.pack("<IIQQQ", number, arch or seccomp._ARCHES[machine], 0, first & (2**64 - 1), second & (2**64 - 1))
    words = list(struct.iter_unpack("<HBBI", seccomp.program(machine, OWN)))
    loaded, at = 0, 0
    while True:
        code, hit, miss, value = words[at]
        at += 1
        if code == 0x06:
            return value
        if code == 0x20:
            loaded = struct.unpack_from("<I", data, value)[0]
        else:
            true = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[code]
            at += hit if true else miss


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_what_is_refused_is_refused_and_nothing_else(machine):
    special = {*seccomp._REFUSED[machine], *seccomp._OWN[machine], seccomp._CLONE3[machine]}
    for number in range(600):
        if number not in special:
            assert verdict(machine, number) == ALLOW
    assert {verdict(machine, number) for number in seccomp._REFUSED[machine]} == {EPERM}
    assert verdict(machine, seccomp._CLONE3[machine]) == ENOSYS
    assert verdict(machine, 0x40000000 + 41) == ENOSYS
    assert verdict(machine, 1, arch=0x40000003) == KILL


@given(st.sampled_from(["x86_64", "aarch64"]), st.integers(-(2**31), 2**31 - 1))
def test_a_process_signals_and_sets_itself_only(machine, target):
    for number in seccomp._OWN[machine]:
        assert verdict(machine, number, target) == (ALLOW if target in {0, OWN} else EPERM)


@given(st.sampled_from(["x86_64", "aarch64"]), st.integers(0, 2**32 - 1) | st.sampled_from([8, 10, 15, 0x8901, 0x8902, 0x5412]))
def test_files_are_read_and_locked_but_made_to_signal_nobody(machine, order):
    for number, orders in seccomp._SIGNALLING[machine]:
        assert verdict(machine, number, 0, order) == (EPERM if order in orders else ALLOW)


@given(st.sampled_from(["x86_64", "aarch64"]), st.integers(0, 2**32 - 1))
def test_threads_and_forks_are_allowed_new_namespaces_are_not(machine, flags):
    new = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
    assert verdict(machine, seccomp._CLONE[machine], flags) == (EPERM if flags & new else ALLOW)
