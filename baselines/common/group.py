"""Group: the networks of the agents that share an actor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from common.actors import remembers, stepped
from torch import nn

if TYPE_CHECKING:
    import numpy as np
    from common.recurrent import State
    from numpy.typing import NDArray


class Group(nn.Module):
    """The networks of the agents that share an actor: `pi`, its spread, a critic, and one of violations where it is wanted."""

    def __init__(self, pi: nn.Module, critics: list[nn.Sequential], noise: NDArray[np.float32]) -> None:
        """Take the networks, the critic of the reward first, and the first standard deviations (entries,)."""
        super().__init__()
        self.pi, self.critics = pi, nn.ModuleList(critics)
        self.log_std = nn.Parameter(torch.log(torch.from_numpy(noise)))

    @property
    def spread(self) -> torch.Tensor:
        """The logarithms of the standard deviations (entries,), kept within bounds."""
        return self.log_std.clamp(-4.5, 0.0)

    @property
    def remembers(self) -> bool:
        """Whether the actor looks back: it then learns from whole days, time first."""
        return remembers(self.pi)

    def step(self, seen: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        """Return the mean actions of one step, and what the actor carries to the next; None begins a day."""
        return stepped(self.pi, seen, state)

    def likelihood(self, seen: torch.Tensor, actions: torch.Tensor) -> torch.Tensor:
        """Return the log likelihood of actions (..., entries), less its constant; over whole days where the actor looks back."""
        return -(0.5 * ((actions - self.pi(seen)) / self.spread.exp()) ** 2 + self.spread).sum(-1)
