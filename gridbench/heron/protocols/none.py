"""NoProtocol: nobody says anything, every agent follows its own policy."""

from __future__ import annotations

from gridbench.heron.protocols.protocol import Protocol


class NoProtocol(Protocol):
    """No messages, no direction."""
