"""From grid agents made in code to a scenario that holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput
from gridbench.physics.devices import GridTie
from gridbench.scenario.assembly import assemble, default_tie
from gridbench.scenario.scenario import AgentGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.envs.agents import PowerGridAgent
    from gridbench.scenario.scenario import Scenario

OPERATOR = "operator"


def scenario_of(name: str, grids: Sequence[PowerGridAgent]) -> Scenario:
    """Return the scenario of grid agents over one feeder: their devices, its nominal loads, a tie at its root, generated series.

    An operator stands above them; the agent that is concerned with the root owns the tie, and pays for what it exchanges.
    Raises InvalidInput with all faults.
    """
    feeder = grids[0].feeder
    if any(grid.feeder is not feeder for grid in grids):
        mend = "join the feeders (gridbench.networks.join), and give each agent its own `buses` of the whole"
        raise InvalidInput(name, [f"the agents stand over different feeders: {mend}"])
    devices = [device for grid in grids for device in grid.devices]
    tied = any(isinstance(device, GridTie) for device in devices)
    tie = None if tied else default_tie(feeder)
    groups = [AgentGroup(OPERATOR, (), ())]
    for grid in grids:
        own = [device.name for device in grid.devices]
        own += [tie.name] if tie is not None and feeder.root in grid.buses else []
        groups.append(AgentGroup(grid.name, tuple(own), grid.buses))
    return assemble(name, feeder, devices, groups, tie=tie)
