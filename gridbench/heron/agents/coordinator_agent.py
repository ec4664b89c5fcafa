"""CoordinatorAgent: over field agents, level 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gridbench.heron.agents.agent import Agent
from gridbench.heron.protocols.none import NoProtocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridbench.heron.action_spec import Part
    from gridbench.heron.feature import Feature
    from gridbench.heron.policy import Policy
    from gridbench.heron.protocols.protocol import Protocol


class CoordinatorAgent(Agent):
    """An agent with others below it, to whom it speaks by a protocol."""

    level: ClassVar[int] = 2

    def __init__(
        self,
        name: str,
        features: Iterable[Feature] = (),
        action: Iterable[Part] = (),
        policy: Policy | None = None,
        protocol: Protocol | None = None,
    ) -> None:
        """Declare a coordinator; without a protocol it says nothing to those below."""
        super().__init__(name, features, action, policy)
        self.protocol = NoProtocol() if protocol is None else protocol
