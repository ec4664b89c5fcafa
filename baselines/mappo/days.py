"""Whole days as a batch to learn from: what RLlib does slot by slot in lists, done on arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from common.returns import advantages, masked
from ray.rllib.connectors.connector_v2 import ConnectorV2
from ray.rllib.core.columns import Columns
from ray.rllib.policy.sample_batch import MultiAgentBatch, SampleBatch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ray.rllib.core.rl_module.multi_rl_module import MultiRLModule
    from ray.rllib.env.multi_agent_episode import MultiAgentEpisode
    from ray.rllib.env.single_agent_episode import SingleAgentEpisode


class DaysToBatch(ConnectorV2):  # type: ignore[misc]
    """Turns episodes that are whole days of one length into a batch by module, with advantages and what critics should say.

    A row is a step of a day, tensors are (rows, agents of the module, ...); what all see, `state`, is (rows, 1, numbers), so that
    a central critic judges it once. Nothing stands for the slot that RLlib appends to each episode: after the last step of a day
    nothing is left to earn. `multiplier` is the price of a violating step where they are constrained, and `violating` the share
    of such steps in the last batch.
    """

    def __init__(self, gamma: float, lam: float, *, constrained: bool) -> None:
        """Keep the numbers of the advantages (Schulman et al. 2016)."""
        super().__init__()
        self._gamma, self._lam, self._constrained = gamma, lam, constrained
        self.multiplier, self.violating = 0.0, 0.0

    @torch.no_grad()
    def __call__(self, *, rl_module: MultiRLModule, episodes: list[MultiAgentEpisode], **_: object) -> dict[str, Any]:
        """Return the batch by module, as tensors."""
        members: dict[str, list[str]] = {}
        for agent, one in episodes[0].agent_episodes.items():
            members.setdefault(one.module_id, []).append(agent)
        days = {name: [[one.agent_episodes[agent] for agent in own] for one in episodes] for name, own in members.items()}
        if self._constrained:
            shares = [own[0].extra_model_outputs["violating"].data for own in next(iter(days.values()))]
            self.violating = float(np.mean(shares))
        return {name: self._batch(rl_module[name].unwrapped(), own) for name, own in days.items()}

    def _batch(self, module: Any, days: list[list[SingleAgentEpisode]]) -> dict[str, Any]:  # noqa: ANN401
        seen = {"obs": _rows([[one.observations.data["obs"][:-1] for one in own] for own in days])}
        seen["state"] = _rows([[own[0].observations.data["state"][:-1]] for own in days])
        batch: dict[str, Any] = {Columns.OBS: seen, Columns.ACTIONS: _rows([[one.actions.data for one in own] for own in days])}
        batch[Columns.ACTION_LOGP] = self._column(days, Columns.ACTION_LOGP)
        rewards = _rows([[one.rewards.data for one in own] for own in days])
        gain, batch["value_targets"] = self._judged(rewards, module.compute_values(batch), len(days))
        if self._constrained:
            broken = self._column(days, "violating")
            dear, batch["violation_targets"] = self._judged(broken, module.foresee_violations(batch), len(days))
            gain = gain - self.multiplier * dear
        batch["advantages"] = masked(gain, torch.ones_like(gain, dtype=torch.bool))  # whole days: every slot is valid
        return batch

    def _column(self, days: list[list[SingleAgentEpisode]], name: str) -> torch.Tensor:
        return _rows([[one.extra_model_outputs[name].data for one in own] for own in days])

    def _judged(self, signal: torch.Tensor, foreseen: torch.Tensor, days: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return advantages and targets of a signal (rows, agents), of which (rows, 1) or (rows, agents) were foreseen."""
        shape = (days, -1, signal.shape[1])
        given, values = (one.expand_as(signal).reshape(shape).transpose(0, 1) for one in (signal, foreseen))
        gain = advantages(given, values, self._gamma, self._lam)
        return tuple(one.transpose(0, 1).reshape(signal.shape) for one in (gain, gain + values))


class Minibatches:
    """Passes over a batch in random minibatches of whole rows, in which every agent of every module appears."""

    def __init__(self, batch: MultiAgentBatch, passes: int, rows: int) -> None:
        """Keep the tensors; `rows` is the size of a minibatch."""
        self._parts = {name: dict(one) for name, one in batch.policy_batches.items()}
        self._steps, self._passes, self._rows = batch.env_steps(), passes, rows

    def __iter__(self) -> Iterator[MultiAgentBatch]:
        """Return the minibatches of all passes, shuffled by torch's generator."""
        count = len(next(iter(self._parts.values()))[Columns.ACTIONS])
        for _ in range(self._passes):
            for at in torch.randperm(count).split(self._rows):
                parts = {name: SampleBatch(_taken(one, at)) for name, one in self._parts.items()}
                yield MultiAgentBatch(parts, self._steps)


def _taken(tree: Any, at: torch.Tensor) -> Any:  # noqa: ANN401
    return {name: _taken(one, at) for name, one in tree.items()} if isinstance(tree, dict) else tree[at]


def _rows(parts: list[list[Any]]) -> torch.Tensor:
    """Return (days * steps, agents, ...) of arrays (steps, ...) by day and agent."""
    stacked = np.stack([np.stack(own, axis=1) for own in parts])
    return torch.from_numpy(stacked.reshape(-1, *stacked.shape[2:]))
