"""Protocol: what is said between a head and its members (communication), and what they then do (action)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from gridbench.heron.streams import Array, Mask

if TYPE_CHECKING:
    from gridbench.heron.action_spec import ActionSpec, Part
    from gridbench.heron.agents.agent import Agent
    from gridbench.heron.messaging.kind import Kind
    from gridbench.heron.observation import Observation

Reports: TypeAlias = Mapping[str, tuple[Array, Mask]]
"""By member: the newest report (environments, numbers), and where there has been one."""


@dataclass(frozen=True, slots=True)
class Group:
    """A head, its members, and the action that each member decides on (its own parts, then those it heads)."""

    head: Agent
    members: Mapping[str, Agent]
    specs: Mapping[str, ActionSpec]


class Protocol:
    """By default nothing is said and nobody is directed. All arrays have one row an environment."""

    @property
    def name(self) -> str:
        """What errors call it."""
        return type(self).__name__

    def faults(self, group: Group) -> list[str]:  # noqa: ARG002
        """Return why the protocol does not fit the group, naming agent and field."""
        return []

    def head_parts(self, group: Group) -> tuple[Part, ...]:  # noqa: ARG002
        """Return the parts that the protocol adds to the head's action."""
        return ()

    def up(self, group: Group, member: str) -> Kind | None:  # noqa: ARG002
        """Return the kind of message that a member reports, or None."""
        return None

    def down(self, group: Group, member: str) -> Kind | None:  # noqa: ARG002
        """Return the kind of message that a member is told, or None."""
        return None

    def report(self, group: Group, member: str, observation: Observation) -> Array:
        """Communication, upwards: return the payload of a member's report."""
        raise NotImplementedError

    def announce(self, group: Group, head: Array, reports: Reports) -> dict[str, Array]:  # noqa: ARG002
        """Communication, downwards: return payloads by member, from the head's parts (in units) and the reports."""
        return {}

    def split(self, group: Group) -> Mapping[str, slice] | None:  # noqa: ARG002
        """Return which of the head's parts each directed member does as they are, where that is all that the protocol does.

        A protocol that says so is compiled: nobody is asked for its answer. None by default.
        """
        return None

    def directs(self, group: Group, member: str) -> bool:  # noqa: ARG002
        """Return whether the protocol decides for a member, who then needs no policy."""
        return False

    def answer(self, group: Group, member: str, payload: Array, observation: Observation) -> Array:
        """Action: return the values (in units) of a member that was told a payload."""
        raise NotImplementedError

    def deaf(self, group: Group) -> list[str]:
        """Return a fault for each directed member that has a policy, which would never be asked."""
        return [
            f"agent {name}: policy: {self.name} of {group.head.name} decides for it; drop the policy or the protocol"
            for name, member in group.members.items()
            if member.policy is not None and self.directs(group, name)
        ]
