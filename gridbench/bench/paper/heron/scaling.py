"""Scaling: seconds of a step and a short training, flat (one agent for all) and hierarchical (each microgrid for itself)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench.paper.heron.fleets import Fleet, written
from gridbench.bench.paper.heron.plan import Training
from gridbench.bench.paper.heron.record import Learnt, Scaled, Shape
from gridbench.bench.paper.heron.training import curve_of, train, versions_of
from gridbench.envs.stage import Stage
from gridbench.envs.variant import Variant
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from pathlib import Path

    from gridbench.scenario.scenario import Scenario

SHAPES: dict[Shape, str] = {"flat": "agents=single", "hierarchical": "agents=microgrid"}
"""The words of each shape."""
BATCH, ROUNDS = 64, 30
STEPS = 12_288
"""Environment steps of the short training."""
SEED = 0
CHANGES = ("batch=64", "rounds=4", "critic_rounds=2", "critic_epochs=5", "validate_every=2", "validation_days=12")


def scaled(fleet: Fleet, shape: Shape, work: Path) -> Scaled:
    """Return how large a fleet in a shape is, and how long a step of it takes."""
    scenario, variant = load_scenario(str(written(fleet, work / "fleets"))), Variant.read([SHAPES[shape]])
    return Scaled(
        name=f"scale-{fleet.name}_{shape}", microgrids=fleet.microgrids, devices=fleet.devices, shape=shape,
        agents=len(Stage(variant.declare(scenario)).agents), buses=len(scenario.feeder.buses), batch=BATCH,
        step_s=seconds_of_a_step(scenario, variant),
    )  # fmt: skip


def learnt(fleet: Fleet, shape: Shape, work: Path) -> Learnt:
    """Return what a short training of a fleet in a shape comes to; raises TrainingError."""
    source, training = written(fleet, work / "fleets"), Training((SHAPES[shape],), changes=CHANGES)
    folder = work / f"learn-{fleet.name}_{shape}"
    train(folder, training, SEED, str(source), STEPS)
    curve, seconds = curve_of(folder)
    return Learnt(
        name=f"learn-{fleet.name}_{shape}", seed=SEED, steps=curve[-1].steps, seconds=seconds, changes=CHANGES,
        versions=versions_of(folder / "last"), curve=curve,
    )  # fmt: skip


def seconds_of_a_step(scenario: Scenario, variant: Variant) -> float:
    """Return the processor seconds of a step of BATCH days side by side, for one of them, with devices at rest: the median."""
    stage = Stage(variant.declare(scenario))
    rest = {agent: np.tile(stage.action(agent), (BATCH, 1)) for agent in stage.agents}
    days = [int(day) for day in scenario.split("train").days[:BATCH]]
    found: list[float] = []
    while len(found) < ROUNDS:
        stage.reset([0] * BATCH, days)
        for _ in range(scenario.steps):
            begun = time.process_time()
            stage.step(rest)
            found.append(time.process_time() - begun)
    return float(np.median(found)) / BATCH
