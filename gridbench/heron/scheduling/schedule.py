"""Schedule: who is how fast, what disturbs, what is watched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gridbench.errors import UnknownName
from gridbench.heron.errors import refuse
from gridbench.heron.scheduling.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.heron.scheduling.disturbance import Disturbance
    from gridbench.heron.scheduling.monitor import Monitor
    from gridbench.heron.wiring import Wiring


@dataclass(frozen=True)
class Schedule:
    """Timings by level, and by agent where one differs; by default every tick is a step and nothing takes time.

    Without `details` the timeline does not tell what actions and messages hold, which is quicker.
    """

    levels: Mapping[int, Timing] = field(default_factory=dict)
    agents: Mapping[str, Timing] = field(default_factory=dict)
    disturbances: tuple[Disturbance, ...] = ()
    monitors: tuple[Monitor, ...] = ()
    details: bool = True

    def __post_init__(self) -> None:
        """Raise DeclarationError for bad times, naming the agent or the level."""
        named = [(f"agent {name}", timing) for name, timing in self.agents.items()]
        named += [(f"level {level}", timing) for level, timing in self.levels.items()]
        refuse("schedule", [fault for where, timing in named for fault in timing.faults(where)])

    def timing(self, agent: str, level: int) -> Timing:
        """Return an agent's timing."""
        return self.agents.get(agent, self.levels.get(level, Timing()))

    def check(self, wiring: Wiring) -> None:
        """Raise DeclarationError for agents, levels and fields that the declaration does not have, and bad numbers in them."""
        levels = {agent.level for agent in wiring.agents.values()}
        faults = [f"agent {name}: timing for no declared agent" for name in self.agents if name not in wiring.agents]
        faults += [f"level {level}: timing for a level without agents" for level in self.levels if level not in levels]
        for disturbance in self.disturbances:
            faults += disturbance.faults() + _unknown(wiring, disturbance.change.path, "disturbance")
        for monitor in self.monitors:
            faults += monitor.faults(wiring.agents) + _unknown(wiring, monitor.path, f"monitor {monitor.name}")
        refuse("schedule", faults)


def _unknown(wiring: Wiring, path: str, where: str) -> list[str]:
    try:
        wiring.layout.column(path)
    except UnknownName as error:
        return [f"{where}: {error}"]
    return []
