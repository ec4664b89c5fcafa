"""Acting: who acts in an environment, on what, and what each of them sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.envs.codec import ActionCodec
    from gridbench.envs.field import Reading
    from gridbench.envs.observation import Observer


@dataclass(frozen=True)
class Acting:
    """By acting agent: the fields of its observation, and the asks `<device>.<ask>` that its action stands for, entry by entry.

    An entry that is no ask of a device is named after its agent: `mg_0.price`.
    """

    seen: Mapping[str, tuple[Reading, ...]]
    asks: Mapping[str, tuple[str, ...]]

    @classmethod
    def scored(cls, observer: Observer, codec: ActionCodec) -> Acting:
        """Return those of the environment that policies are scored in."""
        return cls({agent: observer.fields(agent) for agent in codec.agents}, codec.names)

    @property
    def agents(self) -> tuple[str, ...]:
        """The acting agents, in order."""
        return tuple(self.asks)

    @property
    def sizes(self) -> dict[str, int]:
        """How many numbers each agent observes."""
        return {agent: len(fields) for agent, fields in self.seen.items()}

    def fields(self, agent: str) -> tuple[Reading, ...]:
        """Return the fields of an agent's observation, in order. Raises UnknownName."""
        if agent not in self.seen:
            raise UnknownName("acting agent", agent, self.seen)
        return self.seen[agent]
