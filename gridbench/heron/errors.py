"""Errors of the framework: each names the agent and the field, and says how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from gridbench.errors import GridbenchError, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridbench.heron.streams import Array

T = TypeVar("T")


class DeclarationError(InvalidInput):
    """A hierarchy, feature, action, protocol or schedule that contradicts itself."""


class ActionRefused(InvalidInput):
    """An action that is no finite vector of the declared length."""


class MessageRefused(InvalidInput):
    """A message whose payload does not follow its kind."""


class AgentFailed(GridbenchError):  # noqa: N818
    """A policy or a hook that raised: its episode ends, and the message names it."""

    def __init__(self, agent: str, what: str, time_s: float, cause: BaseException) -> None:
        """Say whose hook or policy raised what, and when (seconds since the episode began)."""
        self.agent = agent
        super().__init__(f"agent {agent}: {what} raised {type(cause).__name__} at {time_s:g} s: {cause}; its episode is over")


class EpisodeOver(GridbenchError):  # noqa: N818 - the name says what is wrong
    """A step asked of an environment that must be reset first."""

    def __init__(self, why: str) -> None:
        """Say why no step is possible."""
        super().__init__(f"no episode to step ({why}): call reset")


def refuse(where: str, faults: list[str]) -> None:
    """Raise DeclarationError if there are faults."""
    if faults:
        raise DeclarationError(where, faults)


def shaped(numbers: Array, shape: tuple[int, ...]) -> Array:
    """Return numbers as an array; raise ValueError if its shape is another."""
    array = np.asarray(numbers, dtype=float)
    if array.shape != shape:
        raise ValueError(f"shape {array.shape} where {shape} is due")
    return array


def named(agent: str, what: str, time_s: float, ask: Callable[[], T]) -> T:
    """Return what a hook or a policy says; raise AgentFailed with its name for whatever it raises, a refused action aside."""
    try:
        return ask()
    except ActionRefused:
        raise
    except Exception as error:
        raise AgentFailed(agent, what, time_s, error) from error
