"""NoProtocol: nobody says anything, every agent follows its own policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.heron.protocols.protocol import Group, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class NoProtocol(Protocol):
    """No messages, no direction."""

    def split(self, group: Group) -> Mapping[str, slice]:  # noqa: ARG002
        """Return that nobody is set."""
        return {}
