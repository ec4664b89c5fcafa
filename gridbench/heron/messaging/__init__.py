"""Messages and those who carry them."""

from gridbench.heron.messaging.broker import Broker
from gridbench.heron.messaging.inbox import Inbox, Link
from gridbench.heron.messaging.kind import Kind
from gridbench.heron.messaging.memory_broker import MemoryBroker
from gridbench.heron.messaging.message import Message

__all__ = ["Broker", "Inbox", "Kind", "Link", "MemoryBroker", "Message"]
