"""The protections, best first: what each needs, how each starts a child, and which of them work here."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from dataclasses import asdict
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from gridbench.errors import GridbenchError
from gridbench.isolation.inside import landlock, tree
from gridbench.isolation.inside.namespaces import DEVICES

if TYPE_CHECKING:
    from pathlib import Path

    from gridbench.isolation.house import House
    from gridbench.isolation.limits import Limits
    from gridbench.isolation.reach import Reach

PROTECTIONS = ("bubblewrap", "namespaces", "limits")
WORKER, POLICY, SCRATCH = "/worker", "/policy", "/scratch"
HELPERS = {"bubblewrap": 2, "namespaces": 2, "limits": 0}
"""Processes between the keeper and the worker."""
SPARE_TASKS = 16
"""Tasks that may start beyond the limit until the keeper looks, so that it can name the reason."""
FIRST_UID, UIDS, NOBODY = 1_900_000_000, 200_000_000, 65_534


class IsolationError(GridbenchError):
    """A child that could not be locked in, though its policy did nothing yet: the machine lacks something."""


def plan(protection: str, reach: Reach, house: House, limits: Limits) -> dict[str, Any]:
    """Return everything that a keeper and a worker need to know to run one child, as JSON would hold it.

    Raises IsolationError where the protection cannot work here.
    """
    private = protection != "limits"
    if private and sys.platform != "linux":
        raise IsolationError(f"the protection {protection!r} is Linux's alone: use 'limits' on {sys.platform}")
    uid, own_user = _user()
    scratch = SCRATCH if private else str(house.scratch())
    locked = not private and landlock.version() > 0
    search = uid is not None and not private and not (reach.open_to_all and _open(house.folder))
    if search and not locked:
        fault = "only root may enter the folders of the interpreter, its packages or TMPDIR, and a child does not run as root"
        raise IsolationError(f"{fault}: open them to all users, install bubblewrap, or run as an ordinary user")
    home = POLICY if private else str(house.policy)
    read, listed = reach.parted if locked else ((), ())
    own = [] if private else [str(house.worker), str(house.policy)]
    tasks = limits.processes + SPARE_TASKS + HELPERS[protection] + (tree.tasks_of(os.getuid()) if uid is None else 0)
    return {
        "protection": protection, "limits": asdict(limits), "tasks": tasks, "helpers": HELPERS[protection],
        "uid": uid, "own_user": own_user, "search": search, "landlock": locked,
        "read": [*read, *own], "list": listed, "devices": [*DEVICES],
        "scratch": scratch, "own_scratch": not private, "policy": home, "packages": [str(one) for one in reach.packages],
        "environment": environment(scratch), "parent": os.getpid(), "house": str(house.folder), "root": str(house.root),
        "show": [str(one) for one in reach.shown], "hide": [str(one) for one in reach.hidden], "links": reach.links,
        "bind": {str(house.worker): WORKER, str(house.policy): POLICY},
    }  # fmt: skip


def environment(scratch: str) -> dict[str, str]:
    """Return the whole environment of a child: nothing of the user's, one thread, and the same hashes in every run."""
    linked = os.environ.get("LD_LIBRARY_PATH")
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
    fixed = {"HOME": scratch, "TMPDIR": scratch, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0"}
    return {**fixed, **threads, **({"LD_LIBRARY_PATH": linked} if linked else {})}


def interpreter(reach: Reach, start: str) -> list[str]:
    """Return the command of an interpreter without user folders, .pth files, the caller's folder or bytecode to write.

    That is `-I` but for the environment, which is ours: the seed of the hashes is read from it.
    """
    return [str(reach.interpreter), "-P", "-s", "-S", "-B", start]


def command(protection: str, given: dict[str, Any], reach: Reach, house: House, pipes: tuple[int, int]) -> list[str]:
    """Return the command that a keeper runs for a plan."""
    home = WORKER if protection != "limits" else str(house.worker)
    worker = [*interpreter(reach, f"{home}/inside/start.py"), "worker", *map(str, pipes)]
    return [*_bubblewrap(given), "--", *worker] if protection == "bubblewrap" else worker


def _bubblewrap(given: dict[str, Any]) -> list[str]:
    program = shutil.which("bwrap")
    if program is None:
        raise IsolationError("bubblewrap is not installed: `bwrap` is not on the PATH")
    root = given["uid"] is not None
    words = [program, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    words += ["--die-with-parent", "--new-session", "--hostname", "child", "--clearenv"]
    # As root the worker gives up its user itself: an ordinary one may not enter every folder that is to be shown.
    words += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] if root else ["--unshare-user"]
    for name, value in given["environment"].items():
        words += ["--setenv", name, value]
    # Of itself it makes folders on the way that only their owner may enter.
    on_the_way = {parent for path in (*given["show"], *DEVICES) for parent in PurePath(path).parents[:-1]}
    for parent in sorted(on_the_way, key=lambda one: len(one.parts)):
        words += ["--perms", "0755", "--dir", str(parent)]
    for path in given["show"]:
        words += ["--ro-bind", path, path]
    for source, target in given["bind"].items():
        words += ["--ro-bind", source, target]
    for path, aim in given["links"].items():
        words += ["--symlink", aim, path]
    for path in given["hide"]:
        words += ["--size", "4096", "--tmpfs", path, "--remount-ro", path]
    for path in DEVICES:
        words += ["--dev-bind", path, path]
    size = str(given["limits"]["file_bytes"])
    words += ["--perms", "0777", "--size", size, "--tmpfs", SCRATCH]
    return [*words, "--chdir", SCRATCH, "--remount-ro", "/"]


def _user() -> tuple[int | None, bool]:
    """Return the user to become where this is root, and whether no one else can be that user."""
    if os.getuid() != 0:
        return None, False
    if sys.platform != "linux":
        raise IsolationError("a child of root cannot be locked in here: run gridbench as an ordinary user")
    ranges = _mapped()
    chosen = FIRST_UID + secrets.randbelow(UIDS)
    if any(first <= chosen < first + size for first, size in ranges):
        return chosen, True
    if any(first <= NOBODY < first + size for first, size in ranges):
        return NOBODY, False
    raise IsolationError("root has no other user here to run a child as: run gridbench as an ordinary user")


@cache
def _mapped() -> tuple[tuple[int, int], ...]:
    with open("/proc/self/uid_map", encoding="ascii") as stream:  # noqa: PTH123 - no file of ours
        rows = [line.split() for line in stream]
    return tuple((int(first), int(size)) for first, _, size in rows)


def _open(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in folder.parents)
