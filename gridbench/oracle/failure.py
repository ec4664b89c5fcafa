"""Failures of solvers: whatever Clarabel or HiGHS raises becomes a SolverError, which costs width and never the interval."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from gridbench.errors import GridbenchError, SolverError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PANIC = "PanicException"
"""What a panic of Rust is called in Python; it is no Exception, so that a plain `except` would miss it."""
FAILURES = (GridbenchError, ArithmeticError, np.linalg.LinAlgError, RuntimeError)
"""What a stage may raise when numbers go wrong."""
T = TypeVar("T")


@contextmanager
def solver(name: str) -> Iterator[None]:
    """Raise SolverError for whatever the solver called inside raises; interrupts pass."""
    try:
        yield
    except SolverError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != PANIC:
            raise
        raise SolverError(f"{name}: {type(error).__name__}: {error}") from error


class Failures:
    """What has failed so far, first things first."""

    def __init__(self) -> None:
        """Begin with none."""
        self.reasons: list[str] = []

    def attempt(self, stage: Callable[[], T], *, otherwise: T) -> T:
        """Return what the stage returns, or `otherwise` where it fails: the reason is kept."""
        try:
            return stage()
        except FAILURES as error:
            self.note(str(error) if isinstance(error, SolverError) else f"{type(error).__name__}: {error}")
            return otherwise

    def note(self, reason: str) -> None:
        """Keep a reason, once."""
        if reason not in self.reasons:
            self.reasons.append(reason)
