"""The error family: every message says what is wrong, where, and how to mend it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class GridbenchError(Exception):
    """Base of every error that gridbench raises on purpose; `exit_code` is what the command line returns."""

    exit_code = 3

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes as it is: the message is made already."""
        return _again, (type(self), self.args, dict(self.__dict__))


def _again(kind: type[GridbenchError], said: tuple[object, ...], state: dict[str, object]) -> GridbenchError:
    """Return an error that has come from another process."""
    error = kind.__new__(kind, *said)
    error.__dict__.update(state)
    return error


class InvalidInput(GridbenchError):  # noqa: N818 - the name says what is wrong
    """Input that is refused, with all its faults at once."""

    def __init__(self, where: str, faults: Sequence[str]) -> None:
        """Say where the input stands, and what is wrong with it."""
        self.where = where
        self.faults = tuple(faults)
        super().__init__(f"{where}: {len(self.faults)} fault(s)\n" + "\n".join(f"  - {fault}" for fault in self.faults))


class UnknownName(GridbenchError):  # noqa: N818
    """A name that is not in a table, with the nearest names that are."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        """Say what was looked for, and under which names it could have been found."""
        self.name = name
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(repr(n) for n in near)}?" if near else f"known: {', '.join(names) or 'none'}"
        super().__init__(f"unknown {what} {name!r}: {hint}")


class NetworkError(InvalidInput):
    """A network that is no connected tree, or whose data contradict themselves."""


class StorageError(GridbenchError):
    """A file that could not be written, with the place and what to do."""


class SolverError(GridbenchError):
    """A solver or a power flow that failed where no valid answer is left to return."""

    exit_code = 4


class PolicyFailure(GridbenchError):  # noqa: N818
    """A policy that gave no valid action, with the reason: its episode is lost, the run goes on."""

    def __init__(self, reason: str) -> None:
        """Take the reason, one printable line."""
        self.reason = reason
        super().__init__(reason)
