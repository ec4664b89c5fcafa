"""A laboratory: a policy's code is run under a protection, and what became of it is returned."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from gridbench.errors import PolicyFailure
from gridbench.isolation.answers import read_actions
from gridbench.isolation.child import Child
from gridbench.isolation.choice import trial
from gridbench.isolation.house import House
from gridbench.isolation.inside.arrays import pack, packed_size
from gridbench.isolation.limits import Limits
from gridbench.isolation.reach import Reach

MIB = 2**20
SIZES = {"a": 3, "b": 2}
TASK = {"scenario": "none-v1", "steps": 4, "step_h": 1.0, "agents": {n: {"action": [{}] * size} for n, size in SIZES.items()}}
TIGHT = Limits(
    memory_bytes=512 * MIB, processor_s=20, decision_s=30.0, start_s=30.0, processes=24, file_bytes=MIB, output_bytes=64 * 1024
)
POLICY = """
import os, signal, sys, time
import numpy as np

class Policy:
    def __init__(self, task):
        self.step = 0
    def reset(self, seed):
        self.seed = seed
    def act(self, observations):
        good = {"a": np.zeros(3), "b": np.zeros(2)}
        self.step += 1
BODY
        return good
"""


@dataclass
class Outcome:
    """The reason why an episode was lost, if it was; the actions of its steps; the last report of the keeper."""

    reason: str | None = None
    actions: list = field(default_factory=list)
    report: dict = field(default_factory=dict)


class Laboratory:
    def __init__(self, protection, folder):
        self.protection, self.folder = protection, folder
        self.locked = trial(protection)

    def quick(self, decision_s):
        return replace(TIGHT, decision_s=decision_s)

    def bundle(self, source):
        self.folder.mkdir(exist_ok=True)
        (self.folder / "policy.py").write_text(source, encoding="utf-8")
        return self.folder

    def child(self, body, limits=TIGHT, seed=7):
        """Return a child that has begun its day, its house, by the lines of `act`."""
        indented = "\n".join(" " * 8 + line for line in body.splitlines())
        return self.started(POLICY.replace("BODY", indented), limits, seed)

    def started(self, source, limits=TIGHT, seed=7):
        house = House(self.bundle(source))
        child = Child(self.protection, Reach(), house, limits)
        child.begin({"format": "python", "entry": "policy.py", "task": TASK, "seed": seed})
        return child, house

    def run(self, body, limits=TIGHT, steps=2, between=lambda: None):
        indented = "\n".join(" " * 8 + line for line in body.splitlines())
        return self.run_source(POLICY.replace("BODY", indented), limits, steps, between)

    def run_source(self, source, limits=TIGHT, steps=2, between=lambda: None):
        house, outcome = House(self.bundle(source)), Outcome()
        child = Child(self.protection, Reach(), house, limits)
        try:
            child.begin({"format": "python", "entry": "policy.py", "task": TASK, "seed": 7})
            for _ in range(steps):
                outcome.actions.append(act(child))
                between()
        except PolicyFailure as failure:
            outcome.reason = failure.reason
        finally:
            child.close()
            house.close()
        outcome.report = child.report
        assert outcome.report["clean"]
        assert not house.folder.exists()
        assert outcome.reason is None or (outcome.reason.isprintable() and len(outcome.reason) <= 300)
        return outcome


def act(child):
    said = pack({name: np.arange(4, dtype=np.float32) for name in SIZES}, "<f4")
    try:
        return read_actions(child.act(said, packed_size(SIZES, "<f8")), SIZES)
    except ValueError as error:
        raise child.lose(str(error)) from None
