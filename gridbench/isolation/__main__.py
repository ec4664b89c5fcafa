"""Says which protections work on this machine, and with `--measure` what they cost: `python -m gridbench.isolation`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from gridbench.errors import GridbenchError
from gridbench.isolation.answers import read_actions
from gridbench.isolation.child import Child
from gridbench.isolation.choice import best, trial
from gridbench.isolation.house import House
from gridbench.isolation.inside.arrays import pack, packed_size
from gridbench.isolation.limits import Limits
from gridbench.isolation.protection import PROTECTIONS
from gridbench.isolation.reach import Reach

DECISIONS = 1000
FIELDS, ENTRIES = 50, 10
IDLE = f"""
import numpy as np
class Policy:
    def __init__(self, task): self.agents = list(task["agents"])
    def reset(self, seed): pass
    def act(self, observations): return {{agent: np.zeros({ENTRIES}) for agent in self.agents}}
"""


def main() -> int:
    """Print one line per protection, and which one is taken; return 0 where one works, 4 where none does."""
    parser = argparse.ArgumentParser(prog="python -m gridbench.isolation", description=__doc__)
    parser.add_argument("--measure", action="store_true", help="time a day's start and end, and a decision of four agents")
    arguments = parser.parse_args()
    for name in PROTECTIONS:
        found = trial(name)
        text = f"no: {found}" if isinstance(found, str) else f"yes, {_told(found)}"
        print(f"{name:<10}  {text}")
        if arguments.measure and not isinstance(found, str):
            print(f"{'':<10}  {_measured(name)}")
    try:
        print(f"taken: {best()}")
    except GridbenchError:
        return 4
    return 0


def _told(locked: dict[str, Any]) -> str:
    landlock = f"Landlock {locked['landlock']}" if locked["landlock"] else "no Landlock"
    return f"user {locked['uid']}, {landlock}, {'system calls filtered' if locked['seccomp'] else 'system calls not filtered'}"


def _measured(name: str) -> str:
    sizes = {f"agent_{k}": ENTRIES for k in range(4)}
    task: dict[str, Any] = {"agents": {agent: {"action": [{}] * size} for agent, size in sizes.items()}}
    said = pack({agent: np.zeros(FIELDS, dtype=np.float32) for agent in sizes}, "<f4")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "policy.py").write_text(IDLE, encoding="utf-8")
        house = House(Path(folder))
    begun = time.perf_counter()
    child = Child(name, Reach(), house, Limits())
    child.begin({"format": "python", "entry": "policy.py", "task": task, "seed": 0})
    started = time.perf_counter()
    for _ in range(DECISIONS):
        read_actions(child.act(said, packed_size(sizes, "<f8")), sizes)
    acted = time.perf_counter()
    child.close()
    house.close()
    day, each = started - begun + time.perf_counter() - acted, (acted - started) / DECISIONS
    return f"{day:.2f} s to start and end the child of a day, {1e6 * each:.0f} microseconds a decision of four agents"


if __name__ == "__main__":
    sys.exit(main())
