"""Group: the networks of the agents that share an actor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Group(nn.Module):
    """The networks of the agents that share an actor: `pi`, its spread, a critic, and one of violations where it is wanted."""

    def __init__(self, pi: nn.Sequential, critics: list[nn.Sequential], noise: NDArray[np.float32]) -> None:
        """Take the networks, the critic of the reward first, and the first standard deviations (entries,)."""
        super().__init__()
        self.pi, self.critics = pi, nn.ModuleList(critics)
        self.log_std = nn.Parameter(torch.log(torch.from_numpy(noise)))

    @property
    def spread(self) -> torch.Tensor:
        """The logarithms of the standard deviations (entries,), kept within bounds."""
        return self.log_std.clamp(-4.5, 0.0)

    def likelihood(self, seen: torch.Tensor, actions: torch.Tensor) -> torch.Tensor:
        """Return the log likelihood of actions (..., entries), less its constant."""
        return -(0.5 * ((actions - self.pi(seen)) / self.spread.exp()) ** 2 + self.spread).sum(-1)
