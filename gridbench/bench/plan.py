"""What a run consists of: a scenario, a policy, days and seeds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from gridbench.bench import intervals
from gridbench.bench.record import PolicyPart, Protocol, ScenarioPart, folder_name
from gridbench.errors import InvalidInput
from gridbench.policies import make_policy
from gridbench.policies.shield import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.bench.record import PlantName
    from gridbench.policies import Policy
    from gridbench.scenario.scenario import Scenario

SIDE_BY_SIDE = 64
"""The most days that a policy plays side by side: what a kill can lose."""
SEEDS = 5
"""The least number of seeds of a policy that draws random numbers, or that was trained."""


@dataclass(frozen=True)
class Plan:
    """A scenario, a policy, the first `days` of a split, the seeds, and the plant that judges.

    `names` are the names or paths of scenario and policy, where it was made from them: other processes make it again by these.
    """

    scenario: Scenario
    policy: Policy
    split: str
    days: tuple[int, ...]
    seeds: tuple[int, ...]
    plant: PlantName = "balanced"
    names: tuple[str, str] | None = None

    @property
    def folder(self) -> Path:
        """Where its record goes by default."""
        own = self.policy.name if self.plant == "balanced" else f"{self.policy.name}.{self.plant}"
        return Path("runs") / self.scenario.id / folder_name(own)

    @property
    def episodes(self) -> list[tuple[int, int]]:
        """All (seed, day), sorted."""
        return [(seed, day) for seed in sorted(self.seeds) for day in sorted(self.days)]

    def pieces(self, missing: Sequence[tuple[int, int]]) -> list[tuple[int, tuple[int, ...]]]:
        """Return the missing (seed, day) as pieces of work: a seed and the days that are played side by side."""
        return side_by_side(self.policy, missing)

    @property
    def parts(self) -> tuple[ScenarioPart, PolicyPart, Protocol]:
        """What a record states of the run."""
        return (
            ScenarioPart(id=self.scenario.id, digest=self.scenario.digest, split=self.split),
            policy_part(self.policy),
            Protocol(days=len(self.days), seeds=tuple(sorted(self.seeds)), plant=self.plant),
        )

    @property
    def identity(self) -> Mapping[str, Any]:
        """What two halves of one run must agree on."""
        return {part.__class__.__name__: part.model_dump(mode="json") for part in self.parts}


def side_by_side(policy: Policy, episodes: Sequence[tuple[int, int]]) -> list[tuple[int, tuple[int, ...]]]:
    """Return (seed, day) as what is played at a time: a seed and its days, several only for a policy that is `batched`."""
    if not policy.batched:
        return [(seed, (day,)) for seed, day in episodes]
    days = {seed: [day for one, day in episodes if one == seed] for seed in sorted({seed for seed, _ in episodes})}
    return [(seed, tuple(own[i : i + SIDE_BY_SIDE])) for seed, own in days.items() for i in range(0, len(own), SIDE_BY_SIDE)]


def named_policy(name: str, scenario: Scenario) -> Policy:
    """Return a policy by name or path, foresight with the intervals that scores lean on; raises UnknownName, InvalidInput."""
    if name.removeprefix(PREFIX) == "foresight":
        return make_policy(name, scenario, dispatch_of=partial(intervals.interval, scenario))
    return make_policy(name, scenario)


def policy_part(policy: Policy) -> PolicyPart:
    """Return what a record states of a policy; raises InvalidInput where the policy states something else."""
    try:
        return PolicyPart.model_validate_json(json.dumps({name: getattr(policy, name) for name in PolicyPart.model_fields}))
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise InvalidInput(f"policy {policy.name!r}", faults) from error


def first_days(scenario: Scenario, split: str, days: int | None) -> tuple[int, ...]:
    """Return the first days of a split, all where `days` is None; raises UnknownName, InvalidInput for too many or none."""
    listed = scenario.split(split).days
    if days is not None and not 1 <= days <= len(listed):
        where = f"{scenario.id}, split {split}"
        raise InvalidInput(where, [f"has {len(listed)} days: choose 1 to {len(listed)}, not {days}"])
    return tuple(listed[:days])


def first_seeds(policy: Policy, seeds: int | None) -> tuple[int, ...]:
    """Return the first seeds: one of a policy without chance, else `seeds` of them (5 by default), or all that were trained.

    Raises InvalidInput for fewer than one, and for more than were trained.
    """
    if seeds is not None and seeds < 1:
        raise InvalidInput("seeds", [f"must be at least 1, not {seeds}"])
    if policy.trained_seeds is not None:
        if seeds is not None and seeds > len(policy.trained_seeds):
            trained = ", ".join(map(str, policy.trained_seeds))
            fault = f"{policy.name} was trained with seeds {trained}: choose at most {len(policy.trained_seeds)}"
            raise InvalidInput("seeds", [fault])
        return policy.trained_seeds[:seeds]
    return (0,) if policy.deterministic else tuple(range(seeds or SEEDS))
