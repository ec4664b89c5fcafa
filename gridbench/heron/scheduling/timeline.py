"""Timeline: what happened, in order."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

WHAT = (
    "sample",
    "decision",
    "action",
    "sent",
    "message",
    "lost",
    "refused",
    "overtaken",
    "disturbance",
    "monitor",
    "end",
)
"""An agent samples, decides, acts; a message is sent and arrives, or is lost, refused (bad), or overtaken (by a newer one)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """At time_ns, something of an agent; since_ns is when its sample was taken, or its message sent."""

    time_ns: int
    what: str
    agent: str
    detail: str = ""
    since_ns: int = 0
    late: bool = False

    @property
    def age_ns(self) -> int:
        """How long after its sample, or its sending."""
        return self.time_ns - self.since_ns

    def line(self) -> str:
        """Return it as a line of text, times in seconds."""
        age = f"{self.age_ns / 1e9:.6f} s{' late' if self.late else ''}"
        return f"{self.time_ns / 1e9:14.6f} s  {self.what:<11} {self.agent:<10} {age} {self.detail}".rstrip()


class Timeline:
    """The entries of one episode."""

    def __init__(self) -> None:
        """Begin empty."""
        self.entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        """Add what happened."""
        self.entries.append(entry)

    def of(self, what: str, agent: str | None = None) -> list[Entry]:
        """Return the entries of a kind, of one agent if named."""
        return [e for e in self.entries if e.what == what and agent in (None, e.agent)]

    def lines(self) -> list[str]:
        """Return the timeline as lines of text."""
        return [entry.line() for entry in self.entries]

    def digest(self) -> str:
        """Return the SHA-256 of the timeline: equal timelines have equal digests."""
        return hashlib.sha256(repr(self.entries).encode()).hexdigest()
