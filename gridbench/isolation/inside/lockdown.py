"""The last steps before foreign code: an ordinary user, limits, and filters that cannot be taken off again."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
from typing import Any

from . import kernel, landlock, seccomp

OPEN_FILES = 256


def lock(plan: dict[str, Any]) -> dict[str, Any]:
    """Give up what this process may do, as the plan says, and return what was done. Raises OSError where a step fails."""
    done: dict[str, Any] = {"uid": os.getuid(), "landlock": 0, "signals": False, "seccomp": False}
    if not kernel.LINUX:
        os.chdir(plan["scratch"])
        _limit(plan)
        return done
    rules = _rules(plan) if plan["landlock"] else None
    if plan["uid"] is not None:
        _become(plan["uid"], plan["scratch"] if plan["own_scratch"] else None, search=plan["search"])
        done["uid"] = plan["uid"]
    os.chdir(plan["scratch"])
    kernel.prctl(kernel.PDEATHSIG, int(signal.SIGKILL))
    kernel.prctl(kernel.NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.DUMPABLE, 1)
    _limit(plan)
    if rules is not None:
        rules.enforce()
        done["landlock"], done["signals"] = rules.known, rules.signals
    done["seccomp"] = seccomp.load()
    return done


def _rules(plan: dict[str, Any]) -> landlock.Rules:
    rules = landlock.Rules()
    rules.allow(plan["read"], landlock.READ)
    rules.allow(plan["list"], landlock.LIST)
    rules.allow(plan["devices"], landlock.DEVICE)
    rules.allow([plan["scratch"]], landlock.write_rights(rules.known))
    return rules


def _become(uid: int, scratch: str | None, *, search: bool) -> None:
    if scratch is not None:
        os.chown(scratch, uid, uid)
    if search:
        kernel.prctl(kernel.KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    # Where the interpreter lies in a folder that only root may enter, reading is all that is kept, and Landlock bounds it.
    kernel.keep_only(kernel.CAP_DAC_READ_SEARCH if search else None)


def _limit(plan: dict[str, Any]) -> None:
    limits = plan["limits"]
    wanted = {
        "RLIMIT_DATA": (limits["memory_bytes"], limits["memory_bytes"]),
        "RLIMIT_AS": (2 * limits["memory_bytes"], 2 * limits["memory_bytes"]),
        "RLIMIT_CPU": (limits["processor_s"], limits["processor_s"] + 1),
        "RLIMIT_NPROC": (plan["tasks"], plan["tasks"]),
        "RLIMIT_FSIZE": (limits["file_bytes"], limits["file_bytes"]),
        "RLIMIT_NOFILE": (OPEN_FILES, OPEN_FILES),
        "RLIMIT_CORE": (1, 1),  # less than any dump, and unlike 0 it also keeps the system's handler of dumps from running
        "RLIMIT_MSGQUEUE": (0, 0),
        "RLIMIT_MEMLOCK": (0, 0),
    }
    for name, (soft, hard) in wanted.items():
        if hasattr(resource, name):
            kind = getattr(resource, name)
            most = resource.getrlimit(kind)[1]
            ends = [one if most == resource.RLIM_INFINITY else min(one, most) for one in (soft, hard)]
            # Systems other than Linux know some of these and refuse to set them.
            with contextlib.nullcontext() if kernel.LINUX else contextlib.suppress(ValueError, OSError):
                resource.setrlimit(kind, (ends[0], ends[1]))
