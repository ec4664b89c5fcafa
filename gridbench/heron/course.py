"""Course: how one agent goes through one episode of event mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gridbench.heron.scheduling.event_queue import Phase

if TYPE_CHECKING:
    from gridbench.heron.action import Action
    from gridbench.heron.scheduling.delays import Delays
    from gridbench.heron.streams import Array
    from gridbench.heron.wiring import Wiring


class Sample(NamedTuple):
    """The state as an agent found it at a time, and the number of the sample in its episode."""

    values: Array
    at_ns: int
    number: int


class Labels(NamedTuple):
    """What the queue calls the events of an agent."""

    tick: str
    report: str
    decision: str
    action: str


class Course:
    """What an agent does at a tick, and how far it has come: the newest samples that it decided and acted on.

    It looks at the world unless it only does what it is told; `own` counts the parts of its action that move the world.
    """

    def __init__(self, wiring: Wiring, name: str, delays: Delays) -> None:
        """Begin the episode of an agent."""
        self.name, self.delays = name, delays
        agent = wiring.agents[name]
        self.reports, self.acts, self.heads = name in wiring.reporters, name in wiring.actors, name in wiring.groups
        self.looks = self.reports or name not in wiring.split
        self.own = len(agent.action)
        self.report_order, self.decision_order = int(Phase.REPORT + agent.level), int(Phase.DECISION - agent.level)
        self.labels = Labels(*(f"{what} of {name}" for what in Labels._fields))
        self.decided = self.acted = 0
        self.held: Action | None = None
        self.detail = ""
