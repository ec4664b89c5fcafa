"""SetpointProtocol: a head's joint action, split over its members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.heron.messaging.kind import Kind
from gridbench.heron.protocols.protocol import Group, Protocol, Reports

if TYPE_CHECKING:
    from collections.abc import Collection

    from gridbench.heron.action_spec import Part
    from gridbench.heron.observation import Observation
    from gridbench.heron.streams import Array


class SetpointProtocol(Protocol):
    """Vertical: the head decides all parts of its members; each is told its own, in units, and does it."""

    def __init__(self, only: Collection[str] | None = None) -> None:
        """Name the members that are set, the others being free; all are by default."""
        self.only = None if only is None else frozenset(only)

    def faults(self, group: Group) -> list[str]:
        """Return a fault for strangers among those named, if there is nothing to set, or a member has a policy of its own."""
        head = group.head.name
        strangers = sorted((self.only or frozenset()) - set(group.members))
        faults = [f"agent {name}: protocol: {self.name} of {head} sets it, but it is no member" for name in strangers]
        if not self.split(group):
            faults.append(f"agent {head}: protocol: {self.name} has no action to set in {', '.join(group.members)}")
        return faults + self.deaf(group)

    def head_parts(self, group: Group) -> tuple[Part, ...]:
        """Return the parts of all that are set, named member/part."""
        return tuple(part for name in self.split(group) for part in group.specs[name].prefixed(name))

    def split(self, group: Group) -> dict[str, slice]:
        """Return where each member's parts stand among the head's."""
        places, begin = {}, 0
        for name, spec in group.specs.items():
            if self.directs(group, name):
                places[name] = slice(begin, begin + len(spec))
                begin += len(spec)
        return places

    def down(self, group: Group, member: str) -> Kind | None:
        """Return the member's own parts as a kind."""
        named = tuple(part.name for part in group.specs[member].parts)
        return Kind("setpoint", named) if self.directs(group, member) else None

    def announce(self, group: Group, head: Array, reports: Reports) -> dict[str, Array]:  # noqa: ARG002
        """Return the joint action, split."""
        return {name: head[:, place] for name, place in self.split(group).items()}

    def directs(self, group: Group, member: str) -> bool:
        """Return True for every member that is set and can act."""
        return len(group.specs[member]) > 0 and (self.only is None or member in self.only)

    def answer(self, group: Group, member: str, payload: Array, observation: Observation) -> Array:  # noqa: ARG002
        """Return what was told."""
        return payload
