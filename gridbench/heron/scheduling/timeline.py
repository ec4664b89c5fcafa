"""Timeline: what happened, in order. Kept in columns, so that a day of ticks of a second fits in memory."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

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


class Timeline(Sequence[Entry]):
    """The entries of one episode, made as they are read; kept are two times and a number (20 bytes) each.

    The number stands for what, agent, detail and late together, which are kept once however often they come. Without
    `details` nothing is said of what actions and messages hold.
    """

    def __init__(self, *, details: bool = True) -> None:
        """Begin empty."""
        self.details = details
        self._times, self._since, self._codes = array("q"), array("q"), array("I")
        self._kinds: list[tuple[str, str, str, bool]] = []
        self._code: dict[tuple[str, str, str, bool], int] = {}

    def add(self, entry: Entry) -> None:
        """Add an entry."""
        self.note(entry.what, entry.agent, entry.time_ns, entry.since_ns, entry.detail, late=entry.late)

    def note(self, what: str, agent: str, time_ns: int, since_ns: int, detail: str = "", *, late: bool = False) -> None:
        """Add what happened."""
        kind = (what, agent, detail, late)
        code = self._code.get(kind)
        if code is None:
            code = self._code[kind] = len(self._kinds)
            self._kinds.append(kind)
        self._times.append(time_ns)
        self._since.append(since_ns)
        self._codes.append(code)

    @property
    def entries(self) -> Sequence[Entry]:
        """The entries in order."""
        return self

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self._times)

    @overload
    def __getitem__(self, index: int) -> Entry: ...

    @overload
    def __getitem__(self, index: slice) -> list[Entry]: ...

    def __getitem__(self, index: int | slice) -> Entry | list[Entry]:
        """Return one entry, or a list of several."""
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        what, agent, detail, late = self._kinds[self._codes[index]]
        return Entry(self._times[index], what, agent, detail, self._since[index], late)

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries in order."""
        return (self[i] for i in range(len(self)))

    def of(self, what: str, agent: str | None = None) -> list[Entry]:
        """Return the entries of a kind, of one agent if named."""
        return [self[i] for i in self._where(lambda kind: kind[0] == what and agent in (None, kind[1])).tolist()]

    def counts(self) -> Counter[tuple[str, str, bool]]:
        """Return how often each (what, agent, late) came."""
        total: Counter[tuple[str, str, bool]] = Counter()
        if self._kinds:
            for (what, agent, _, late), number in zip(self._kinds, np.bincount(self._codes).tolist(), strict=True):
                total[what, agent, late] += number
        return total

    def ages_ns(self, what: str, agent: str) -> NDArray[np.int64]:
        """Return how old each entry of a kind of an agent was (entries,)."""
        at = self._where(lambda kind: kind[:2] == (what, agent))
        ages: NDArray[np.int64] = np.array(self._times)[at] - np.array(self._since)[at]
        return ages

    def lines(self) -> list[str]:
        """Return the timeline as lines of text."""
        return [entry.line() for entry in self]

    def digest(self) -> str:
        """Return the SHA-256 of the timeline: equal timelines have equal digests."""
        total = hashlib.sha256(repr(self._kinds).encode())
        for column in (self._times, self._since, self._codes):
            total.update(np.asarray(column, dtype="<i8").tobytes())
        return total.hexdigest()

    def _where(self, fits: Callable[[tuple[str, str, str, bool]], bool]) -> NDArray[np.intp]:
        wanted = np.array([fits(kind) for kind in self._kinds], dtype=bool)
        return np.flatnonzero(wanted[np.array(self._codes, dtype=np.intp)])
