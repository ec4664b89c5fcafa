"""GridEnv: the whole grid as one agent, for Gymnasium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import gymnasium

from gridbench.envs.microgrids import MultiAgentMicrogrids
from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gridbench.envs.options import GridOptions
    from gridbench.scenario.scenario import Scenario


class GridEnv(gymnasium.Env):  # type: ignore[type-arg]
    """The operator decides for all devices; it is given what all grid agents are given, and rewarded for the whole.

    Options are those of NetworkedGridEnv, `agents` being "single"; observations, actions and infos are those of its one agent.
    """

    metadata = {"render_modes": []}  # noqa: RUF012

    def __init__(self, scenario: Scenario | str, **options: Unpack[GridOptions]) -> None:
        """Build the environment of a scenario, or of its name. Raises UnknownName, and InvalidInput unless one agent acts."""
        chosen: GridOptions = {"agents": "single", **options}
        mend = "play MultiAgentMicrogrids"
        if chosen["agents"] != "single":
            raise InvalidInput("GridEnv", [f"agents {chosen['agents']!r}: here one decides for all; {mend}"])
        self.grid = MultiAgentMicrogrids(scenario, **chosen)
        acting = self.grid.possible_agents
        if len(acting) != 1:
            fault = f"protocols and policies leave {len(acting)} agents to act: {', '.join(acting)}; leave one, or {mend}"
            raise InvalidInput("GridEnv", [fault])
        self._agent = acting[0]
        self.observation_space = self.grid.observation_space(self._agent)
        self.action_space = self.grid.action_space(self._agent)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Begin a day; `options={"day": n}` names it."""
        super().reset(seed=seed)
        seen, infos = self.grid.reset(seed=seed, options=options)
        return seen[self._agent], infos[self._agent]

    def step(self, action: NDArray[np.floating]) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Step the grid. Raises InvalidInput for what is no action, or when the day is over."""
        one = self._agent
        seen, rewards, ends, cuts, infos = self.grid.step({one: action})
        return seen[one], rewards[one], ends[one], cuts[one], infos[one]
