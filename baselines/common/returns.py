"""What a step was worth: generalised advantages over whole days, and their scale."""

from __future__ import annotations

import torch


def advantages(rewards: torch.Tensor, values: torch.Tensor, gamma: float, lam: float) -> torch.Tensor:
    """Return the generalised advantages (steps, ...) of rewards and values of one shape (Schulman et al. 2016).

    The first axis is one whole day: after its last step nothing is left to earn. With values of 0 and lam = 1 they are the
    discounted returns.
    """
    found = torch.empty_like(values)
    later = torch.zeros_like(values[0])
    value_later = torch.zeros_like(values[0])
    for t in range(len(values) - 1, -1, -1):
        later = rewards[t] + gamma * value_later - values[t] + gamma * lam * later
        value_later = values[t]
        found[t] = later
    return found


def masked(advantages: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return the advantages with mean 0 and standard deviation 1 over the valid slots.

    RLlib 2.60 standardises over all slots, among them the artificial one that closes each episode (ray#57989).
    """
    valid = advantages[mask]
    return (advantages - valid.mean()) / (valid.std() + 1e-8)
