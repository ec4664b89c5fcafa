"""Reasons: why a policy gave no action, as one printable line."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.isolation.limits import Limits

LONGEST = 300


def printable(text: str, longest: int = LONGEST) -> str:
    """Return foreign text as one line of printable characters: all others (controls, marks of direction) are escaped."""
    shown = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text[: 4 * longest])
    return shown if len(shown) <= longest else shown[: longest - 3] + "..."


def ended(report: Mapping[str, object], limits: Limits) -> str:
    """Return why a child's time was over, from its keeper's report."""
    why, number, text = str(report.get("why")), report.get("number"), str(report.get("text") or "").strip()
    known = {
        "memory": f"out of memory: used more than {mebibytes(limits.memory_bytes)} at once",
        "processor": f"used more than {limits.processor_s} s of processor time in its episode",
        "processes": f"ran more than {limits.processes} processes and threads at once",
        "files": f"wrote files of more than {mebibytes(limits.file_bytes)}",
        "output": f"printed more than {limits.output_bytes} bytes",
        "exit": f"ended its own process with status {number}",
        "signal": _by_signal(number, limits),
        "stopped": "closed the pipe of its answers",
    }
    reason = known.get(why, f"its process was lost ({why})")
    last = text.splitlines()[-1].strip() if text and why in {"exit", "signal"} else ""
    return printable(f"{reason}; last words: {last}" if last else reason)


def mebibytes(count: int) -> str:
    """Return bytes as text in MiB."""
    return f"{count / 2**20:g} MiB"


def _by_signal(number: object, limits: Limits) -> str:
    try:
        name = signal.Signals(int(str(number))).name
    except ValueError:
        name = "unknown"
    if name == "SIGXCPU":
        return f"used more than {limits.processor_s} s of processor time in its episode"
    return f"ended by signal {number} ({name})"
