"""OperatorAgent: the distribution operator, at the top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.envs import features
from gridbench.envs.agents.power_grid_agent import part_features
from gridbench.heron.agents.system_agent import SystemAgent

if TYPE_CHECKING:
    from gridbench.heron.policy import Policy
    from gridbench.heron.protocols import Protocol
    from gridbench.plant.layout import Layout
    from gridbench.scenario.scenario import Scenario


class OperatorAgent(SystemAgent):
    """Stands over all, mostly with a part of the network and the grid tie of its own; tells the day as everyone may know it."""

    def __init__(
        self, scenario: Scenario, layout: Layout, agent: int, policy: Policy | None = None, protocol: Protocol | None = None
    ) -> None:
        """Declare an agent of the layout as the operator."""
        known = [features.clock(), features.prices(), features.totals(scenario), features.series(scenario)]
        part = part_features(scenario, layout, agent, whole=True)
        super().__init__(layout.agents[agent], [*known, *part], (), policy, protocol)
        self.earns = ("metrics.cost_usd", -1.0 / scenario.reward_usd)
