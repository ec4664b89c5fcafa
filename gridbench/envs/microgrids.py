"""MultiAgentMicrogrids: the environment of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from gridbench.envs.networked import NetworkedGridEnv
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from gridbench.envs.options import GridOptions
    from gridbench.scenario.scenario import Scenario


class MultiAgentMicrogrids(NetworkedGridEnv):
    """Microgrids and their operator, as a scenario states them; options are those of NetworkedGridEnv."""

    def __init__(self, scenario: Scenario | str, **options: Unpack[GridOptions]) -> None:
        """Build the environment of a scenario, or of its name. Raises UnknownName and InvalidInput."""
        self._given = load_scenario(scenario) if isinstance(scenario, str) else scenario
        super().__init__(**options)

    def _build_net(self) -> Scenario:
        """Return the scenario."""
        return self._given


def parallel_env(
    scenario: Scenario | str, split: str = "train", seed: int | None = None, reward: str = "shared"
) -> MultiAgentMicrogrids:
    """Return the PettingZoo environment of a scenario, or of its name, on a split. Raises UnknownName, InvalidInput."""
    return MultiAgentMicrogrids(scenario, split=split, seed=seed, reward=reward)
