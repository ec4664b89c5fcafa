"""The second half of the warm start: critics that know what the noisy actors earn, and how often they violate limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from common.clone import Nets, act, days, fit, marked
from common.reward import Shaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.arena import Arena
    from common.nets import Groups
    from numpy.typing import NDArray
    from torch import nn


@dataclass
class Earned:
    """By agent what its critic sees (rows, numbers), and the discounted sums of reward and violations (rows, 2)."""

    looks: dict[str, NDArray[np.float32]]
    sums: NDArray[np.float32]


def fit_critics(
    env: Arena, groups: Groups, nets: Nets, recipe: dict[str, Any], rng: np.random.Generator, *,
    costs: dict[str, nn.Sequential], central: bool,
) -> None:  # fmt: skip
    """Fit the critics of the reward, and by module those of violations in `costs`, to days that the noisy actors play."""
    played = [_earn(env, groups, nets, recipe, rng, central=central) for _ in range(recipe["critic_rounds"])]
    for module in nets.critics:
        members = [agent for agent, (own, _, _) in groups.items() if own == module]
        members = members[:1] if central else members  # all see the same
        x = np.concatenate([one.looks[agent] for one in played for agent in members])
        y = np.concatenate([one.sums for one in played for _ in members])
        critics = [nets.critics[module], *([costs[module]] if costs else [])]
        fit_each(module, critics, x, [y[:, i : i + 1] for i in range(len(critics))], recipe["critic_epochs"], rng)


def fit_each(
    module: str, critics: Sequence[nn.Module], x: NDArray[np.float32], sums: Sequence[NDArray[np.float32]], epochs: int,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Fit the critics of a module, which see x (rows, numbers), each to what it should foresee (rows, 1), and tell."""
    for i, (critic, y) in enumerate(zip(critics, sums, strict=True)):
        error = fit(critic, x, y, epochs, rng)
        print(f"critic {i} of {module}: mean square error {error:.4f}, variance {y.var():.4f}", flush=True)


def _earn(
    env: Arena, groups: Groups, nets: Nets, recipe: dict[str, Any], rng: np.random.Generator, *, central: bool
) -> Earned:
    seen, shaped, scenario = env.reset(days(env, rng)), Shaped(env.scenario, recipe), env.scenario
    looks: dict[str, list[Any]] = {agent: [] for agent in groups}
    signals = []
    while not env.over:
        state = env.state()
        for agent, kept in looks.items():
            kept.append(state if central else marked(groups, agent, seen[agent]))
        seen, outcome = env.step(act(groups, nets, seen, rng))
        signals.append(np.stack([shaped(outcome.weather, outcome.cost_usd), outcome.violating], axis=-1))
    total, sums = np.zeros((env.batch, 2)), []
    for signal in reversed(signals):
        total = signal + recipe["gamma"] ** scenario.step_h * total
        sums.append(total)
    return Earned({agent: np.concatenate(kept) for agent, kept in looks.items()}, np.concatenate(sums[::-1]).astype(np.float32))
