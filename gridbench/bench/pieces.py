"""Pieces of runs: what one process plays at a time, here, in another process or on another machine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from gridbench.bench.episode import play, play_days
from gridbench.bench.plan import named_policy
from gridbench.bench.world import World
from gridbench.errors import InvalidInput
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from gridbench.bench.journal import Finished
    from gridbench.bench.plan import Plan
    from gridbench.bench.record import PlantName
    from gridbench.policies import Policy


@dataclass(frozen=True)
class Piece:
    """A seed and days that a policy plays side by side, in words that another process understands; `run` numbers the run.

    `digests` are those of the scenario and of the policy: files that differ elsewhere must not be played by mistake.
    """

    run: int
    names: tuple[str, str]
    digests: tuple[str, str]
    split: str
    plant: PlantName
    seed: int
    days: tuple[int, ...]


def pieces_of(run: int, plan: Plan, missing: list[tuple[int, int]]) -> list[Piece]:
    """Return the pieces of a plan that are missing; raises InvalidInput where it was not made from names."""
    if plan.names is None:
        fault = "a policy or scenario that is an object stays in this process: give it by name or path, or leave jobs at 1"
        raise InvalidInput("run", [fault])
    digests = plan.scenario.digest, plan.policy.digest
    return [Piece(run, plan.names, digests, plan.split, plan.plant, seed, days) for seed, days in plan.pieces(missing)]


def play_piece(piece: Piece) -> tuple[int, list[Finished]]:
    """Return the number of the run and the finished episodes of a piece; raises InvalidInput where the files here differ."""
    world, policy = _made(piece.names, piece.plant)
    if (world.scenario.digest, policy.digest) != piece.digests:
        fault = "the scenario or the policy here is not the one that the run was begun with: give every machine the same files"
        raise InvalidInput(" ".join(piece.names), [fault])
    return piece.run, finished(world, policy, piece.split, piece.seed, piece.days)


@lru_cache(maxsize=8)
def _made(names: tuple[str, str], plant: PlantName) -> tuple[World, Policy]:
    scenario = load_scenario(names[0])
    return World(scenario, plant), named_policy(names[1], scenario)


def finished(world: World, policy: Policy, split: str, seed: int, days: tuple[int, ...]) -> list[Finished]:
    """Return the finished episodes of a seed on days played side by side.

    What a decision for one grid takes is measured on the first day, played alone. Raises InvalidInput for bad actions.
    """
    seconds = play(world, policy, split, days[0], seed).seconds_per_decision if len(days) > 1 else None
    episodes = play_days(world, policy, split, days, seed, seconds_per_decision=seconds)
    return [one.finished(world.scenario, world.scenario.window(split, one.day)) for one in episodes]
