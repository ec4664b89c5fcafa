"""Days of a declared environment under a trained network, measured as the harness measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench.metrics import measure
from gridbench.bench.paper.heron.record import Days
from gridbench.bench.trajectory import row, trajectories
from gridbench.envs.stage import Stage
from gridbench.errors import SolverError
from gridbench.plant.layout import layout
from gridbench.plant.plant import Plant
from gridbench.policies.network import Network

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from gridbench.envs.acting import Acting
    from gridbench.envs.observation import Observations
    from gridbench.envs.variant import Variant
    from gridbench.scenario.scenario import Scenario

TOLERANCE_USD = 1e-6


def play(scenario: Scenario, folder: Path, trained: Variant, tested: Variant, split: str, days: Sequence[int]) -> Days:
    """Return what days come to under a network that was trained in one variant and is tested in another of the same agents.

    Fields that the tested variant hides are blank: 0, the middle of their scale. What every device was asked for is replayed in
    the plant, which is where the numbers come from. Raises SolverError where the two worlds do not agree about the money.
    """
    stage = Stage(tested.declare(scenario, split))
    acting = Stage(trained.declare(scenario, split)).acting
    policy = Network(scenario, folder, acting)
    policy.reset(scenario, scenario.window(split, days[0]), 0)
    seen, asks, cost_usd = stage.reset([0] * len(days), days), [], np.zeros(len(days))
    for _ in range(scenario.steps):
        actions = policy.act(as_trained(acting, stage.acting, seen))
        seen, _, result = stage.step(actions)
        asked = {name: action.values for name, action in result.actions.items()}
        asks.append(_asks(scenario, asked))
        cost_usd += stage.costs_usd().sum(axis=1)
    found = measured(scenario, split, days, asks)
    if not np.allclose(found.cost_usd, cost_usd, rtol=1e-9, atol=TOLERANCE_USD):
        raise SolverError("the stage and the plant bill the same asks differently: this is a fault of gridbench, report it")
    return found


def as_trained(trained: Acting, tested: Acting, seen: Observations) -> Observations:
    """Return observations (batch, fields) as the agents were trained to see them, blank where they are hidden now."""
    found: Observations = {}
    for agent in trained.agents:
        places = {field: i for i, field in enumerate(tested.fields(agent))}
        known = [(i, places[field]) for i, field in enumerate(trained.fields(agent)) if field in places]
        found[agent] = np.zeros((len(seen[agent]), len(trained.fields(agent))), dtype=np.float32)
        if known:
            to, at = np.array(known).T
            found[agent][:, to] = seen[agent][:, at]
    return found


def measured(scenario: Scenario, split: str, days: Sequence[int], asks: Sequence[NDArray[np.float32]]) -> Days:
    """Return what days come to in the plant when it is asked for `asks`, one array (days, asks) a step."""
    plant, columns = Plant(scenario, len(days)), [scenario.window(split, day) for day in days]
    plant.reset(columns)
    rows = [row(plant.step(one.astype(np.float64))) for one in asks]
    found = [measure(scenario, own, run) for own, run in zip(columns, trajectories(asks, rows), strict=True)]
    return Days(
        cost_usd=tuple(one["cost_usd"] for one in found),
        violating=tuple(one["violating_steps_share"] for one in found),
        renewable=tuple(min(1.0, one["renewable_used_share"]) for one in found),
    )


def _asks(scenario: Scenario, asked: dict[str, NDArray[np.float64]]) -> NDArray[np.float32]:
    """Return the asks (batch, asks) in the order of the plant's layout, of what each device does (batch, its asks)."""
    by_name = {
        f"{device.name}.{ask}": asked[device.name][:, i] for device in scenario.devices for i, ask in enumerate(device.asks())
    }
    return np.stack([by_name[ask] for ask in layout(scenario).asks], axis=1).astype(np.float32)
