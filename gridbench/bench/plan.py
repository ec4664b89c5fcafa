"""What a run consists of: a scenario, a policy, days and seeds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from gridbench.bench import intervals
from gridbench.bench.record import PolicyPart, Protocol, ScenarioPart
from gridbench.errors import InvalidInput
from gridbench.policies import make_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.bench.record import PlantName
    from gridbench.policies import Policy
    from gridbench.scenario.scenario import Scenario

SEEDS = 5
"""The least number of seeds of a policy that draws random numbers, or that was trained."""


@dataclass(frozen=True)
class Plan:
    """A scenario, a policy, the first `days` of a split, the seeds, and the plant that judges."""

    scenario: Scenario
    policy: Policy
    split: str
    days: tuple[int, ...]
    seeds: tuple[int, ...]
    plant: PlantName = "balanced"

    @property
    def folder(self) -> Path:
        """Where its record goes by default."""
        own = self.policy.name if self.plant == "balanced" else f"{self.policy.name}.{self.plant}"
        return Path("runs") / self.scenario.id / own

    @property
    def episodes(self) -> list[tuple[int, int]]:
        """All (seed, day), sorted."""
        return [(seed, day) for seed in sorted(self.seeds) for day in sorted(self.days)]

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


def named_policy(name: str, scenario: Scenario) -> Policy:
    """Return a policy by name or path, foresight with the intervals that scores lean on; raises UnknownName, InvalidInput."""
    if name == "foresight":
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
    """Return the seeds 0, 1, ...: one for a policy without chance, else `seeds` (5 by default); raises InvalidInput."""
    if seeds is not None and seeds < 1:
        raise InvalidInput("seeds", [f"must be at least 1, not {seeds}"])
    if policy.deterministic:
        return (0,)
    return tuple(range(seeds or SEEDS))
