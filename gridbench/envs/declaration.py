"""A scenario as a HERON declaration: who stands under whom, and who decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from gridbench.envs.agents import OperatorAgent, PowerGridAgent, device_agent
from gridbench.envs.dynamics import GridPlant
from gridbench.errors import InvalidInput, UnknownName
from gridbench.heron.builder import HierarchyBuilder
from gridbench.heron.declaration import Declaration
from gridbench.heron.protocols import NoProtocol, SetpointProtocol
from gridbench.heron.termination import FirstOf, Steps
from gridbench.plant.layout import layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    the operator for all. `protocols` and `policies` name agents whose protocol or policy is another. `grids` are coordinators
    made elsewhere, the agent that is none of them being the operator (without them, the owner of the tie). `days` are those to
    play, one an environment, drawn from the split otherwise. Raises InvalidInput and UnknownName.
    """
    if agents not in GRANULARITIES:
        raise InvalidInput("environment", [f"agents {agents!r}: choose one of {', '.join(GRANULARITIES)}"])
    lay = layout(scenario)
    tie = lay.device_agents[lay.devices.index(scenario.tie.name)]
    made = {grid.name: grid for grid in (_grids(scenario, lay, tie) if grids is None else grids)}
    operator = OperatorAgent(scenario, lay, next(i for i, name in enumerate(lay.agents) if name not in made))
    heads = {operator.name: operator, **{name: grid.place(scenario, lay, operator.name) for name, grid in made.items()}}
    builder = HierarchyBuilder().add(operator).add(*made.values(), under=operator)
    own: dict[str, list[str]] = {name: [] for name in heads}
    for device, owner in zip(scenario.devices, lay.device_agents, strict=True):
        builder.add(device_agent(scenario, lay, device), under=lay.agents[owner])
        own[lay.agents[owner]] += [device.name] if device.asks() else []
    for name, head in heads.items():
        if name in (protocols or {}) or isinstance(head.protocol, NoProtocol):
            head.protocol = (protocols or {}).get(name) or _protocol(agents, own, name, operator.name)
    hierarchy = builder.build()
    _check_named(hierarchy.agents, protocols, policies)
    for name, policy in (policies or {}).items():
        hierarchy.agents[name].policy = policy
    end = Steps(scenario.steps, terminates=True)
    ending = end if max_episode_steps is None else FirstOf(end, Steps(max_episode_steps))
    return Declaration(hierarchy, GridPlant(scenario, split, days), scenario.step_h * 3600.0, ending, observability)


def _grids(scenario: Scenario, lay: Layout, tie: int) -> list[PowerGridAgent]:
    """Return the coordinators of a scenario: all its agents but the owner of the tie."""
    return [
        PowerGridAgent(
            scenario.feeder,
            [device for device, owner in zip(scenario.devices, lay.device_agents, strict=True) if owner == i],
            name=name,
            buses=[bus for bus, owner in zip(lay.buses, lay.bus_agents, strict=True) if owner == i],
        )
        for i, name in enumerate(lay.agents)
        if i != tie
    ]


def _protocol(agents: Granularity, own: Mapping[str, Sequence[str]], name: str, operator: str) -> Protocol:
    """Return how a head speaks by default."""
    if agents == "device" or not any(own.values()):
        return NoProtocol()
    if name == operator and agents == "single":
        return SetpointProtocol()
    return SetpointProtocol(only=own[name]) if own[name] else NoProtocol()


def _check_named(known: Mapping[str, object], *named: Mapping[str, object] | None) -> None:
    for name in [name for names in named for name in names or {}]:
        if name not in known:
            raise UnknownName("agent", name, known)
