"""Child: one process that was locked in; it answers requests, and its first failure is its end."""

from __future__ import annotations

import json
import secrets
import time
from typing import TYPE_CHECKING, Any

from gridbench.errors import PolicyFailure
from gridbench.isolation.inside import frames
from gridbench.isolation.process import REPORT_BYTES, Process
from gridbench.isolation.protection import IsolationError, plan
from gridbench.isolation.reasons import ended, printable

if TYPE_CHECKING:
    from gridbench.isolation.house import House
    from gridbench.isolation.limits import Limits
    from gridbench.isolation.reach import Reach

LAST_WORDS_S = 1.0
"""How long a child whose pipe has ended may take to end itself, so that its own end is the reason told."""
_FOR_THE_WORKER = (
    "limits", "tasks", "uid", "search", "landlock", "read", "list", "devices", "scratch", "own_scratch", "policy", "packages",
)  # fmt: skip


class Child:
    """Answers each request once; whatever else it does ends it, and PolicyFailure says why.

    `locked` is what the worker says to have locked before any foreign code ran. Raises IsolationError where that failed.
    """

    def __init__(self, protection: str, reach: Reach, house: House, limits: Limits) -> None:
        """Start a child and wait until it is locked in."""
        self.limits, self.report = limits, dict[str, Any]()
        self._failure: str | None = None
        given = plan(protection, reach, house, limits)
        self._wait_s, self._deadline = limits.start_s, time.monotonic() + limits.start_s
        self._process = Process(given, reach, house)
        try:
            said = self._exchange(frames.LOCK, json.dumps({key: given[key] for key in _FOR_THE_WORKER}).encode(), frames.LOCKED)
        except PolicyFailure as error:
            said_last = str(self.report.get("text") or "").strip().splitlines()
            fault = said_last[-1] if said_last else error.reason
            raise IsolationError(printable(f"{protection}: a child could not be locked in: {fault}")) from None
        self.locked: dict[str, Any] = json.loads(said)

    def begin(self, said: dict[str, Any]) -> None:
        """Let the child load its policy and reset it (format, entry, task, seed). Raises PolicyFailure."""
        self._exchange(frames.BEGIN, json.dumps(said).encode(), frames.DONE)

    def act(self, observations: bytes, most: int) -> bytes:
        """Return the answer, `most` bytes at the most, to packed observations. Raises PolicyFailure."""
        self._wait_s, self._deadline = self.limits.decision_s, time.monotonic() + self.limits.decision_s
        return self._exchange(frames.ACT, observations, frames.ACTIONS, most)

    def lose(self, reason: str) -> PolicyFailure:
        """End the child and return its failure, whose reason stays the first one."""
        self._failure = self._failure or printable(reason)
        self.close()
        return PolicyFailure(self._failure)

    def close(self, patience_s: float = 0.0) -> None:
        """End the child and all that came of it."""
        self.report = self._process.close(patience_s) or self.report

    def _exchange(self, kind: int, payload: bytes, wanted: int, most: int = REPORT_BYTES) -> bytes:
        """Return the payload of the one answer to a request that bears a number which nobody could foresee."""
        if self._failure is not None:
            raise PolicyFailure(self._failure)
        if self._process.pending():
            raise self.lose("sent an answer that nobody had asked for")
        number = secrets.randbits(64)
        try:
            self._process.send(frames.packed(kind, number, payload), self._deadline)
            answer, answered, length = frames.head(self._process.receive(frames.HEAD.size, self._deadline))
            if length > max(most, frames.TEXT_BYTES):
                raise self.lose(f"sent an answer of {length} bytes where {most} are the most")
            said = self._process.receive(length, self._deadline)
        except TimeoutError:
            raise self._late() from None
        except EOFError:
            self.close(LAST_WORDS_S)
            raise self.lose(ended(self.report, self.limits)) from None
        except ValueError:
            raise self.lose("sent bytes that are no answer") from None
        if answered != number:
            raise self.lose("answered another request than the one it was asked: its actions are stale")
        if answer == frames.FAILED:
            raise self.lose(said.decode("utf-8", "replace"))
        if answer != wanted:
            raise self.lose("sent an answer of another kind than was asked for")
        return said

    def _late(self) -> PolicyFailure:
        """Return the failure of a child that did not answer in time, or was ended by its keeper meanwhile."""
        self.close()
        if self.report.get("why") not in {"stopped", None}:
            return self.lose(ended(self.report, self.limits))
        return self.lose(f"gave no answer within {self._wait_s:g} s")
