"""Whole days as RLlib's episodes, made of arrays at once; importing this module imports ray."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ray.rllib.env.multi_agent_episode import MultiAgentEpisode
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.rllib.env.utils.infinite_lookback_buffer import InfiniteLookbackBuffer

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Tree = Any  # an array, or a dict of arrays of one length


@dataclass
class Recorded:
    """What one agent saw, did and earned on a batch of days.

    Arrays begin with (days, steps), those of `seen` with (days, steps + 1); `outputs` are columns beside, by name.
    """

    module: str
    seen: Tree
    actions: NDArray[np.float32]
    rewards: NDArray[np.float32]
    outputs: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def episode(self, day: int, **told: Any) -> SingleAgentEpisode:  # noqa: ANN401
        """Return a day of the batch, ended, as RLlib keeps it."""
        return SingleAgentEpisode(
            observations=_buffer(_row(self.seen, day)),
            actions=_buffer(self.actions[day]),
            rewards=_buffer(self.rewards[day]),
            infos=InfiniteLookbackBuffer([{} for _ in range(self.rewards.shape[1] + 1)]),
            extra_model_outputs={name: _buffer(one[day]) for name, one in self.outputs.items()},
            terminated=True,
            len_lookback_buffer=0,
            module_id=self.module,
            **told,
        )


def multi_agent_episode(recorded: dict[str, Recorded], day: int, mapping: Callable[..., str]) -> MultiAgentEpisode:
    """Return a day of all agents, ended; `mapping` is RLlib's, of agents to modules."""
    modules: dict[Any, str] = {agent: one.module for agent, one in recorded.items()}
    found = MultiAgentEpisode(agent_module_ids=modules, agent_to_module_mapping_fn=mapping)
    for agent, one in recorded.items():
        found.agent_episodes[agent] = one.episode(day, agent_id=agent, multi_agent_episode_id=found.id_, id_=uuid.uuid4().hex)
        found.env_t_to_agent_t[agent] = InfiniteLookbackBuffer(list(range(one.rewards.shape[1] + 1)))
    found.env_t = max(one.rewards.shape[1] for one in recorded.values())
    found.is_terminated = True
    return found


def _buffer(data: Tree) -> InfiniteLookbackBuffer:
    return InfiniteLookbackBuffer(data)


def _row(tree: Tree, day: int) -> Tree:
    return {name: _row(one, day) for name, one in tree.items()} if isinstance(tree, dict) else tree[day]
