"""Broker: carries messages from agent to agent. In memory by default; a networked one fills the same interface."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridbench.heron.messaging.message import Message

    Handler: TypeAlias = Callable[[Message], None]


class Broker(ABC):
    """Channels are (environment, receiver): nothing crosses from one environment to another."""

    @abstractmethod
    def subscribe(self, environment: str, receiver: str, handler: Handler) -> None:
        """Call the handler with every message to the receiver in the environment."""

    @abstractmethod
    def publish(self, message: Message) -> int:
        """Deliver a message and return how many handlers took it; a bad message or handler never raises here."""

    @abstractmethod
    def close(self, environment: str) -> None:
        """Forget the channels of an environment, and what went wrong in it."""

    @abstractmethod
    def faults(self, environment: str) -> tuple[str, ...]:
        """Return what went wrong in an environment, each with the agent's name."""
