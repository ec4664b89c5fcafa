"""MemoryBroker: a broker within one process."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from gridbench.heron.errors import MessageRefused
from gridbench.heron.messaging.broker import Broker

if TYPE_CHECKING:
    from gridbench.heron.messaging.broker import Handler
    from gridbench.heron.messaging.message import Message


class MemoryBroker(Broker):
    """Calls handlers in the order of subscription, at once."""

    def __init__(self) -> None:
        """Begin without channels."""
        self._channels: dict[str, dict[str, list[Handler]]] = defaultdict(lambda: defaultdict(list))
        self._faults: dict[str, list[str]] = defaultdict(list)

    def subscribe(self, environment: str, receiver: str, handler: Handler) -> None:
        """Call the handler with every message to the receiver in the environment."""
        self._channels[environment][receiver].append(handler)

    def publish(self, message: Message) -> int:
        """Deliver a message and return how many handlers took it; faults are kept, not raised."""
        faults = self._faults[message.environment]
        try:
            message.check()
        except MessageRefused as error:
            faults.append(str(error))
            return 0
        handlers = self._channels[message.environment].get(message.receiver, [])
        if not handlers:
            faults.append(f"agent {message.receiver}: no one listens to {message.kind.name} from {message.sender}")
        taken = 0
        for handler in handlers:
            try:
                handler(message)
            except Exception as error:  # noqa: BLE001 - one bad agent never stops the broker
                faults.append(f"agent {message.receiver}: {message.kind.name} from {message.sender}: {error!r}")
            else:
                taken += 1
        return taken

    def close(self, environment: str) -> None:
        """Forget the channels of an environment, and what went wrong in it."""
        self._channels.pop(environment, None)
        self._faults.pop(environment, None)

    def faults(self, environment: str) -> tuple[str, ...]:
        """Return what went wrong in an environment, each with the agent's name."""
        return tuple(self._faults.get(environment, ()))
