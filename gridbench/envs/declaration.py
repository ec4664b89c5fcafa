"""A scenario as a HERON declaration: who stands under whom, and who decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from gridbench.envs.agents import OperatorAgent, PowerGridAgent, device_agent
from gridbench.envs.dynamics import GridPlant
from gridbench.envs.speech import misfits, speak
from gridbench.errors import InvalidInput, UnknownName
from gridbench.heron.builder import HierarchyBuilder
from gridbench.heron.declaration import Declaration
from gridbench.heron.errors import refuse
from gridbench.heron.termination import FirstOf, Steps
from gridbench.plant.layout import layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.heron.hierarchy import Hierarchy
    from gridbench.heron.policy import Policy
    from gridbench.heron.protocols import Protocol
    from gridbench.plant.layout import Layout
    from gridbench.scenario.scenario import Scenario

Granularity: TypeAlias = Literal["microgrid", "device", "single"]
GRANULARITIES = ("microgrid", "device", "single")


def declare(  # noqa: PLR0913 - each a choice of its own
    scenario: Scenario,
    *,
    agents: Granularity = "microgrid",
    observability: str = "system",
    split: str = "train",
    max_episode_steps: int | None = None,
    grids: Sequence[PowerGridAgent] | None = None,
    protocols: Mapping[str, Protocol] | None = None,
    policies: Mapping[str, Policy] | None = None,
    days: Sequence[int] | None = None,
) -> Declaration:
    """Return the declaration: an operator, every other agent of the scenario as a coordinator, devices below them.

    With agents "microgrid" each grid agent decides for its own devices, with "device" every device for itself, with "single"
    the operator for all; `protocols` names heads that speak otherwise. A protocol that a grid agent was made with counts
    too, but for one that contradicts "device" or "single", which is refused. `policies` names agents that have one. `grids`
    are coordinators made elsewhere, played as copies; the agent that is none of them is the operator (without them, the owner
    of the tie). `days` are those to play, one an environment, drawn from the split otherwise. Raises InvalidInput, UnknownName.
    """
    if agents not in GRANULARITIES:
        raise InvalidInput("environment", [f"agents {agents!r}: choose one of {', '.join(GRANULARITIES)}"])
    lay = layout(scenario)
    hierarchy = _hierarchy(scenario, lay, _grids(scenario, lay) if grids is None else grids)
    speak(hierarchy, agents, protocols or {})
    for name, policy in (policies or {}).items():
        if name not in hierarchy.agents:
            raise UnknownName("agent", name, hierarchy.agents)
        hierarchy.agents[name].policy = policy
    end = Steps(scenario.steps, terminates=True)
    ending = end if max_episode_steps is None else FirstOf(end, Steps(max_episode_steps))
    declaration = Declaration(hierarchy, GridPlant(scenario, split, days), scenario.step_h * 3600.0, ending, observability)
    refuse("protocols", misfits(declaration))
    return declaration


def _grids(scenario: Scenario, lay: Layout) -> list[PowerGridAgent]:
    """Return the coordinators of a scenario: all its agents but the owner of the tie."""
    operator = lay.device_agents[lay.devices.index(scenario.tie.name)]
    buses = [[bus for bus, owner in zip(lay.buses, lay.bus_agents, strict=True) if owner == i] for i in range(len(lay.agents))]
    return [PowerGridAgent(scenario.feeder, name=a, buses=buses[i]) for i, a in enumerate(lay.agents) if i != operator]


def _hierarchy(scenario: Scenario, lay: Layout, grids: Sequence[PowerGridAgent]) -> Hierarchy:
    """Return the operator over copies of the coordinators, and all over their devices."""
    made = [grid.name for grid in grids]
    operator = OperatorAgent(scenario, lay, next(i for i, name in enumerate(lay.agents) if name not in made))
    builder = HierarchyBuilder().add(operator)
    builder.add(*(grid.placed(scenario, lay, operator.name) for grid in grids), under=operator)
    for device, owner in zip(scenario.devices, lay.device_agents, strict=True):
        builder.add(device_agent(scenario, lay, device), under=lay.agents[owner])
    return builder.build()
