"""A private root in namespaces of one's own: no network, no other processes, only the folders that a plan names."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from . import kernel

if TYPE_CHECKING:
    from collections.abc import Callable

ALONE = (
    kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
    | kernel.CLONE_NEWCGROUP
)  # fmt: skip
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


def start(plan: dict[str, Any], close: tuple[int, ...]) -> int:
    """Return the id of a process that ends as the worker does; `close` names what only this process may hold."""
    return _fork(lambda: _outer(plan), close)


def _fork(work: Callable[[], int], close: tuple[int, ...] = ()) -> int:
    child = os.fork()
    if child:
        return child
    status = 120
    try:
        for descriptor in close:
            os.close(descriptor)
        status = work()
    except OSError as error:
        os.write(2, f"isolation: {error}\n".encode(errors="replace"))
    finally:
        os._exit(status)


def _outer(plan: dict[str, Any]) -> int:
    """Enter the namespaces; only a child of this process is in the new space of process ids."""
    os.setsid()
    kernel.prctl(kernel.PDEATHSIG, int(signal.SIGKILL))
    uid, gid = os.getuid(), os.getgid()
    if uid == 0:
        kernel.unshare(ALONE)
    else:
        kernel.unshare(ALONE | kernel.CLONE_NEWUSER)
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1", encoding="ascii")
    first = _fork(lambda: _init(plan))
    _close(plan)
    return _status(os.waitpid(first, 0)[1])


def _init(plan: dict[str, Any]) -> int:
    """Be the first process: build the root, start the worker, and bury whatever ends; all others end with this one."""
    kernel.prctl(kernel.PDEATHSIG, int(signal.SIGKILL))
    build(plan)
    worker = _fork(lambda: _become(plan))
    _close(plan)
    while True:
        process, status = os.wait()
        if process == worker:
            return _status(status)


def _become(plan: dict[str, Any]) -> NoReturn:
    os.chdir(plan["scratch"])
    os.execve(plan["command"][0], plan["command"], plan["environment"])  # noqa: S606 - no shell is wanted


def _close(plan: dict[str, Any]) -> None:
    """Let go of the worker's pipes, so that they end when it does."""
    for descriptor in plan["pipes"]:
        os.close(descriptor)


def _status(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


def build(plan: dict[str, Any]) -> None:
    """Make the root of the plan the root of this process. Raises OSError where the system refuses a step."""
    root = plan["root"]
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("root", root, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "size=4m,mode=0755")
    for path in plan["show"]:
        _bind(path, root + path)
    for source, target in plan["bind"].items():
        _bind(source, root + target)
    for path, aim in plan["links"].items():
        Path(root + path).symlink_to(aim)
    for path in plan["hide"]:
        kernel.mount("nothing", root + path, "tmpfs", kernel.MS_RDONLY | kernel.MS_NOSUID | kernel.MS_NODEV, "size=4k,mode=0555")
    for path in DEVICES:
        _bind(path, root + path, devices=True)
    scratch = root + plan["scratch"]
    Path(scratch).mkdir(parents=True)
    size = f"size={plan['limits']['file_bytes']},nr_inodes=4096,mode=0777"
    kernel.mount("scratch", scratch, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, size)
    kernel.pivot(root)
    kernel.read_only("/", below=False)


def _bind(source: str, target: str, *, devices: bool = False) -> None:
    place = Path(target)
    if Path(source).is_dir():
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    kernel.mount(source, target, None, kernel.MS_BIND | kernel.MS_REC)
    kernel.read_only(target, devices=devices)
