"""The best protection that works on this machine."""

from __future__ import annotations

import sys
from functools import cache

from gridbench.errors import UnknownName
from gridbench.isolation.child import Child
from gridbench.isolation.house import House
from gridbench.isolation.limits import Limits
from gridbench.isolation.protection import PROTECTIONS, IsolationError
from gridbench.isolation.reach import Reach


@cache
def trial(protection: str) -> dict[str, object] | str:
    """Return what a child locks under a protection, or why it does not work here; tried once, with a child that does nothing."""
    if protection not in PROTECTIONS:
        raise UnknownName("protection", protection, PROTECTIONS)
    if sys.platform == "win32":
        return f"{protection}: foreign policies cannot be locked in on Windows, run them on Linux"
    house = House(None)
    try:
        child = Child(protection, Reach(), house, Limits())
        child.close()
    except (IsolationError, OSError) as error:
        return str(error)
    finally:
        house.close()
    return child.locked


def best() -> str:
    """Return the name of the first protection that works here. Raises IsolationError, with all reasons, where none does."""
    faults = []
    for name in PROTECTIONS:
        found = trial(name)
        if not isinstance(found, str):
            return name
        faults.append(found)
    raise IsolationError("foreign policies cannot be locked in here:\n" + "\n".join(f"  - {fault}" for fault in faults))
