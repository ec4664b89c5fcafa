"""SetpointProtocol: a head's joint action, split over its members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.heron.messaging.kind import Kind
from gridbench.heron.protocols.protocol import Group, Protocol, Reports

if TYPE_CHECKING:
    from gridbench.heron.action_spec import Part
    from gridbench.heron.observation import Observation
    from gridbench.heron.streams import Array


class SetpointProtocol(Protocol):
    """Vertical: the head decides all parts of all members; each is told its own, in units, and does it."""

    def faults(self, group: Group) -> list[str]:
        """Return a fault if there is nothing to set, or a member has a policy of its own."""
        nothing = not any(len(spec) for spec in group.specs.values())
        names = ", ".join(group.members)
        faults = [f"agent {group.head.name}: protocol: {self.name} has no action to set in {names}"] if nothing else []
        return faults + self.deaf(group)

    def head_parts(self, group: Group) -> tuple[Part, ...]:
        """Return the parts of all members, named member/part."""
        return tuple(part for name, spec in group.specs.items() for part in spec.prefixed(name))

    def down(self, group: Group, member: str) -> Kind | None:
        """Return the member's own parts as a kind."""
        spec = group.specs[member]
        return Kind("setpoint", tuple(part.name for part in spec.parts)) if len(spec) else None

    def announce(self, group: Group, head: Array, reports: Reports) -> dict[str, Array]:  # noqa: ARG002
        """Return the joint action, split."""
        said, begin = {}, 0
        for name, spec in group.specs.items():
            if len(spec):
                said[name] = head[:, begin : begin + len(spec)]
            begin += len(spec)
        return said

    def directs(self, group: Group, member: str) -> bool:
        """Return True for every member that can act."""
        return len(group.specs[member]) > 0

    def answer(self, group: Group, member: str, payload: Array, observation: Observation) -> Array:  # noqa: ARG002
        """Return what was told."""
        return payload
