"""From grid agents made in code to a scenario that holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput
from gridbench.scenario.assembly import assemble
from gridbench.scenario.scenario import AgentGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.envs.agents import PowerGridAgent
    from gridbench.scenario.scenario import Scenario

OPERATOR = "operator"


def scenario_of(name: str, grids: Sequence[PowerGridAgent]) -> Scenario:
    """Return the scenario of grid agents over one feeder: their devices, its nominal loads, a tie at its root, generated series.

    An operator that owns the tie stands above them. Raises InvalidInput with all faults.
    """
    feeder = grids[0].feeder
    if any(grid.feeder is not feeder for grid in grids):
        mend = "join the feeders (gridbench.networks.join), and give each agent its own `buses` of the whole"
        raise InvalidInput(name, [f"the agents stand over different feeders: {mend}"])
    groups = [AgentGroup(grid.name, tuple(device.name for device in grid.devices), grid.buses) for grid in grids]
    devices = [device for grid in grids for device in grid.devices]
    return assemble(name, feeder, devices, [AgentGroup(OPERATOR, (), ()), *groups])
