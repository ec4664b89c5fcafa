"""The keeper of one worker: starts it, watches what it uses, ends all that came of it, and says how it ended."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from . import folders, kernel, namespaces, tree

LOOK_S = 0.2
TAIL_BYTES = 2048
LAST_WORDS = 400
"""Characters of what the worker wrote last that a report holds: whole reports fit a pipe's atomic write."""


class Keeper:
    """Watches the worker of a plan until it ends or oversteps, or until the pipe `life` does."""

    def __init__(self, plan: dict[str, Any]) -> None:
        """Start the worker. Raises OSError where the system refuses."""
        self.plan, self.life, self.limits = plan, int(plan["life"]), plan["limits"]
        self.sink, output = os.pipe()
        self.tail, self.written, self.peak_bytes, self.processor_s = b"", 0, 0, 0.0
        if kernel.LINUX:
            kernel.prctl(kernel.SUBREAPER, 1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        if plan["protection"] == "namespaces":
            for descriptor, stream in enumerate((nothing, output, output)):
                os.dup2(stream, descriptor)
            self.worker = namespaces.start(plan, (self.life, int(plan["report"]), self.sink, output, nothing))
        else:
            self._started = subprocess.Popen(  # noqa: S603 - the command is the plan's
                plan["command"], stdin=nothing, stdout=output, stderr=output, pass_fds=plan["pipes"],
                env=plan["environment"], start_new_session=True, cwd="/",
            )  # fmt: skip
            self.worker = self._started.pid
        silent = os.open(os.devnull, os.O_WRONLY)
        for descriptor in (1, 2):
            os.dup2(silent, descriptor)
        for descriptor in (*plan["pipes"], output, nothing, silent):
            os.close(descriptor)

    def watch(self) -> tuple[str, int]:
        """Return why the worker's time is over, and a number that belongs to it."""
        looks = time.monotonic() + LOOK_S
        ended = _end_of(self.worker)
        waits = select.poll()
        for descriptor in (self.life, self.sink, ended):
            if descriptor is not None:
                waits.register(descriptor, select.POLLIN)
        while True:
            ready = {one for one, _ in waits.poll(1000 * LOOK_S if ended is not None else 20)}
            if self.sink in ready and not self._drain():
                waits.unregister(self.sink)
            if self.written > self.limits["output_bytes"]:
                return "output", self.limits["output_bytes"]
            status = self._status()
            if status is not None:
                return status
            if self.life in ready:
                return "stopped", 0
            if time.monotonic() >= looks:
                looks = time.monotonic() + LOOK_S
                over = self._overstepped()
                if over is not None:
                    return over

    def _status(self) -> tuple[str, int] | None:
        process, status = os.waitpid(self.worker, os.WNOHANG)
        if process == 0:
            return None
        code = os.waitstatus_to_exitcode(status)
        # A process that starts the worker for us ends as shells do: 128 and the signal.
        code = 128 - code if code < 0 else code
        return ("signal", code - 128) if code > 128 else ("exit", code)

    def _overstepped(self) -> tuple[str, int] | None:
        used = tree.usage(tree.descendants(), self.limits["memory_bytes"])
        self.peak_bytes = max(self.peak_bytes, used.memory_bytes)
        self.processor_s = max(self.processor_s, used.processor_s)
        limits = self.limits
        if used.tasks > limits["processes"] + self.plan["helpers"]:
            return "processes", limits["processes"]
        if used.memory_bytes > limits["memory_bytes"]:
            return "memory", limits["memory_bytes"]
        if used.processor_s > limits["processor_s"]:
            return "processor", limits["processor_s"]
        most = limits["file_bytes"]
        if self.plan["own_scratch"] and folders.bytes_below(self.plan["scratch"], most) > most:
            return "files", most
        return None

    def _drain(self) -> bool:
        part = os.read(self.sink, 1 << 16)
        self.written += len(part)
        self.tail = (self.tail + part)[-TAIL_BYTES:]
        return bool(part)

    def finish(self) -> bool:
        """End all that came of the worker, and return whether nothing is left; keep the end of what it wrote."""
        clean = tree.kill_all(self.plan["uid"] if self.plan["own_user"] else None) if kernel.LINUX else _kill_group(self.worker)
        os.set_blocking(self.sink, False)
        with contextlib.suppress(BlockingIOError):
            while self._drain() and self.written < self.limits["output_bytes"] + (1 << 20):
                pass
        return clean


def _end_of(process: int) -> int | None:
    """Return a descriptor that can be read when a process has ended, where the system has such."""
    try:
        return os.pidfd_open(process)
    except (AttributeError, OSError):
        return None


def _kill_group(process: int) -> bool:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, 9)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process, 0)
    return True


def main() -> None:
    """Read the plan from standard input, keep its worker, and report to the plan's pipe as one line of JSON."""
    os.umask(0o022)
    plan = json.loads(sys.stdin.buffer.read())
    for descriptor in (plan["life"], plan["report"]):
        os.set_inheritable(descriptor, False)  # noqa: FBT003
    with contextlib.suppress(OSError):
        os.write(plan["report"], json.dumps(_kept(plan)).encode())
    if os.getppid() != plan["parent"]:  # whoever would remove the house was killed
        folders.remove(Path(plan["house"]))


def _kept(plan: dict[str, Any]) -> dict[str, Any]:
    """Keep the worker of a plan to its end, and return the report."""
    try:
        keeper = Keeper(plan)
    except OSError as error:
        return {"why": "setup", "number": error.errno or 0, "clean": True, "text": str(error)[-LAST_WORDS:]}
    try:
        why, number = keeper.watch()
    except OSError as error:
        why, number = str(error), error.errno or 0
    clean, text = keeper.finish(), keeper.tail.decode("utf-8", "replace")[-LAST_WORDS:]
    used = {"peak_bytes": keeper.peak_bytes, "processor_s": keeper.processor_s}
    return {"why": why, "number": number, "clean": clean, "text": text, **used}
