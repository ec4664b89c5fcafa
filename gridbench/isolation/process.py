"""Process: a keeper with its worker as the parent sees them: two pipes, a report, and an end."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import time
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridbench.isolation.inside import folders
from gridbench.isolation.protection import command, interpreter

if TYPE_CHECKING:
    from gridbench.isolation.house import House
    from gridbench.isolation.reach import Reach

FAREWELL_S = 10.0
"""How long a keeper may take to end what it keeps."""
REPORT_BYTES = 1 << 16


class Process:
    """Starts what a plan says; `close` ends all that came of it, as does the end of this object or of this process."""

    def __init__(self, plan: dict[str, Any], reach: Reach, house: House) -> None:
        """Start a keeper and give it the plan. Raises IsolationError where the plan's protection is not installed."""
        reads, self._requests = os.pipe()
        self._answers, writes = os.pipe()
        life, self._life = os.pipe()
        self._report, report = os.pipe()
        theirs, ours = (reads, writes, life, report), (self._life, self._requests, self._answers, self._report)
        start = str(house.worker / "inside" / "start.py")
        try:
            told = {**plan, "pipes": (reads, writes), "life": life, "report": report}
            told["command"] = command(plan["protection"], plan, reach, house, (reads, writes))
            keeper = subprocess.Popen(  # noqa: S603 - our own interpreter and file
                [*interpreter(reach, start), "keeper"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, pass_fds=theirs, env=plan["environment"], cwd="/", start_new_session=True,
            )  # fmt: skip
        except BaseException:
            _close(ours)
            raise
        finally:
            _close(theirs)
        scratch = Path(plan["scratch"]) if plan["own_scratch"] else None
        self._end = weakref.finalize(self, _finish, keeper, ours, scratch, os.getpid())
        os.set_blocking(self._requests, False)
        _feed(keeper, json.dumps(told).encode())

    def send(self, data: bytes, deadline: float) -> None:
        """Write to the worker. Raises TimeoutError behind the deadline (monotonic seconds), EOFError where none reads."""
        view = memoryview(data)
        while view:
            _wait(self._requests, select.POLLOUT, deadline)
            try:
                view = view[os.write(self._requests, view) :]
            except BrokenPipeError:
                raise EOFError from None

    def receive(self, length: int, deadline: float) -> bytes:
        """Return that many bytes of the worker. Raises TimeoutError behind the deadline, EOFError at the end of the pipe."""
        parts, left = [], length
        while left:
            _wait(self._answers, select.POLLIN, deadline)
            part = os.read(self._answers, min(left, 1 << 16))
            if not part:
                raise EOFError
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def pending(self) -> bool:
        """Return whether the worker has written what is not read yet."""
        return any(events & select.POLLIN for _, events in _poll(self._answers, select.POLLIN, 0.0))

    def close(self, patience_s: float = 0.0) -> dict[str, Any]:
        """End everything, and return the keeper's report; `patience_s` is how long the worker may take to end by itself."""
        if self._end.alive and patience_s:
            _poll(self._report, select.POLLIN, patience_s)
        return dict(self._end() or {})


def _wait(descriptor: int, event: int, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0 or not _poll(descriptor, event, left):
        raise TimeoutError


def _poll(descriptor: int, event: int, seconds: float) -> list[tuple[int, int]]:
    waits = select.poll()
    waits.register(descriptor, event)
    return waits.poll(1000 * seconds)


def _feed(keeper: subprocess.Popen[bytes], data: bytes) -> None:
    if keeper.stdin is not None:
        with contextlib.suppress(BrokenPipeError), keeper.stdin as stream:
            stream.write(data)


def _finish(keeper: subprocess.Popen[bytes], ours: tuple[int, ...], scratch: Path | None, owner: int) -> dict[str, Any]:
    """Let the keeper end what it keeps, and return its report; a forked copy of this process only lets go of the pipes."""
    *first, report = ours
    _close(first)
    said: dict[str, Any] = {}
    if os.getpid() == owner:
        with contextlib.suppress(ValueError):
            if _poll(report, select.POLLIN, FAREWELL_S):
                said = json.loads(os.read(report, REPORT_BYTES) or b"{}")
        try:
            keeper.wait(FAREWELL_S)
        except subprocess.TimeoutExpired:
            keeper.kill()
            keeper.wait()
        if scratch is not None:
            folders.remove(scratch)
    _close([report])
    return said


def _close(descriptors: list[int] | tuple[int, ...]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
