"""The options of the grid's environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.envs.declaration import Granularity
    from gridbench.heron.policy import Policy
    from gridbench.heron.protocols import Protocol
    from gridbench.heron.scheduling.schedule import Schedule


class GridOptions(TypedDict, total=False):
    """What an environment may be asked for.

    `agents`: who decides (microgrid, device, single); `observability`: which visibility tags count (up to system); `reward`:
    shared by all, or own; `centralized` False, or a `schedule`: on a timeline; `split`, or `train` (else the test days);
    `protocols` of heads that speak otherwise than `agents` means, and `policies` of agents that have one, by agent name.
    """

    centralized: bool
    max_episode_steps: int | None
    train: bool
    split: str | None
    seed: int | None
    agents: Granularity
    observability: str
    reward: str
    schedule: Schedule | None
    protocols: Mapping[str, Protocol] | None
    policies: Mapping[str, Policy] | None


DEFAULTS: GridOptions = {
    "centralized": True,
    "max_episode_steps": None,
    "train": True,
    "split": None,
    "seed": None,
    "agents": "microgrid",
    "observability": "system",
    "reward": "shared",
    "schedule": None,
    "protocols": None,
    "policies": None,
}
