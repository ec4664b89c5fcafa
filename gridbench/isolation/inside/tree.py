"""The processes that come of this one: what they use, and their end."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Usage:
    """What processes use together: tasks (processes and their threads), bytes in memory, seconds of processors."""

    tasks: int
    memory_bytes: int
    processor_s: float


def descendants() -> list[int]:
    """Return the ids of all processes below this one, its children first; none where the system has no /proc."""
    found = _children(os.getpid())
    for process in found:
        found += _children(process)  # the list grows while it is read: breadth first
    return found


def usage(processes: list[int], much_bytes: int) -> Usage:
    """Return what processes use together; those that have ended meanwhile count for nothing.

    Memory that several share counts once per process up to `much_bytes`, and once altogether beyond, where the system tells.
    """
    tasks, memory, ticks = 0, 0, 0
    for process in processes:
        fields = _stat(process)
        if fields:
            tasks += int(fields[17])
            memory += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
            ticks += sum(map(int, fields[11:15]))
    if memory > much_bytes:
        memory = sum(map(_own_share, processes))
    return Usage(tasks, memory, ticks / os.sysconf("SC_CLK_TCK"))


def tasks_of(uid: int) -> int:
    """Return how many tasks a user has on the machine."""
    count = 0
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if entry.stat().st_uid == uid:
                count += int(_stat(int(entry.name))[17])
    return count


def kill_all(uid: int | None, seconds: float = 5.0) -> bool:
    """Kill every process below this one, and all of a user that is no one else's; return whether none is left."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if uid is not None:
            _kill_user(uid)
        for process in descendants():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        if _reap():
            return True
        time.sleep(0.002)
    return False


def _reap() -> bool:
    try:
        while True:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return False
    except ChildProcessError:
        return True


def _kill_user(uid: int) -> None:
    """Kill all processes of a user at once, so that none can fork away."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child, 0)


def _stat(process: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat behind the name, which may hold anything; the state is the first."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _own_share(process: int) -> int:
    """Return the bytes of a process, its share of what it shares; the resident ones where that is not told."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    fields = _stat(process)
    return int(fields[21]) * os.sysconf("SC_PAGE_SIZE") if fields else 0


def _children(process: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(one) for one in task.read_text(encoding="ascii").split()]
    return found
