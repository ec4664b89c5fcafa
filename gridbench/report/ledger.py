"""Whose money: what each device, bus and branch costs in each step, as the plant itself bills it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.bench.trajectory import row, trajectories
from gridbench.bench.world import World
from gridbench.physics.terms import MONEY
from gridbench.plant.plant import Plant
from gridbench.scenario.scenario import AgentGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.bench.record import PlantName
    from gridbench.bench.trajectory import Trajectory
    from gridbench.scenario.scenario import Scenario

Floats = NDArray[np.float64]
LOADING, BLACKOUT = MONEY.index("loading"), MONEY.index("blackout")
EVERYWHERE = "the whole grid"
"""The place that a dark step is billed to; the plant bills it to the owner of the tie."""


@dataclass(frozen=True, eq=False)
class Replay:
    """An episode played again, and its money (steps, places, components of `physics.terms.MONEY`) in usd."""

    run: Trajectory
    money: Floats


class Ledger:
    """Replays asks in a plant that bills every device, bus and branch apart, and blackouts; `places` names them.

    On three phases the network's money is not known by place: there is one place for all of it.
    """

    def __init__(self, scenario: Scenario, judge: PlantName = "balanced") -> None:
        """Build the plant; raises InvalidInput where the unbalanced network of the scenario is not known."""
        self.scenario, self.judge = scenario, judge
        self._world = World(scenario, judge)
        feeder = scenario.feeder
        self._buses = len(feeder.buses)
        self.places: tuple[str, ...] = ("all places",)
        if judge == "balanced":
            self._plant = Plant(billed_by_place(scenario), 1)
            buses = [f"bus {bus.name}" for bus in feeder.buses]
            branches = [f"branch {branch.name}" for branch in feeder.branches]
            self.places = (*(device.name for device in scenario.devices), *buses, *branches, EVERYWHERE)

    def replay(self, split: str, day: int, asks: NDArray[np.float32]) -> Replay:
        """Return what the plant does on a day when it is asked for `asks` (steps, asks), and what that costs by place."""
        if self.judge != "balanced":
            run = self._world.replay(split, day, asks)
            return Replay(run, run.money[:, None, :])
        self._plant.reset([self.scenario.window(split, day)])
        rows, money = [], []
        for asked in asks:
            result = self._plant.step(asked[None].astype(np.float64))
            rows.append(row(result))
            money.append(self._by_place(result.money[0]))
        return Replay(trajectories(list(asks[:, None]), rows)[0], np.stack(money))

    def _by_place(self, money: Floats) -> Floats:
        """Return money (agents, components) of buses, then devices, as devices, buses, branches, and the whole grid.

        The plant bills the loading of a branch to the bus that it feeds: branch k to bus k + 1.
        """
        buses, devices = money[: self._buses].copy(), money[self._buses :].copy()
        branches, grid = np.zeros((self._buses - 1, len(MONEY))), np.zeros((1, len(MONEY)))
        branches[:, LOADING], buses[1:, LOADING] = buses[1:, LOADING], 0.0
        grid[0, BLACKOUT], devices[:, BLACKOUT] = devices[:, BLACKOUT].sum(), 0.0
        return np.concatenate([devices, buses, branches, grid])


def billed_by_place(scenario: Scenario) -> Scenario:
    """Return the scenario whose agents are its buses, with the money of the network, then its devices one by one."""
    groups = [AgentGroup(f"bus {bus.name}", (), (bus.name,)) for bus in scenario.feeder.buses]
    groups += [AgentGroup(f"device {device.name}", (device.name,), ()) for device in scenario.devices]
    return replace(scenario, agents=tuple(groups))


def by_hour(scenario: Scenario, money: Floats) -> Floats:
    """Return money (hours, components) of money (steps, places, components): a step counts in the hour in which it begins."""
    hours = np.floor(np.arange(len(money)) * scenario.step_h + 1e-9).astype(np.intp)
    found = np.zeros((int(hours[-1]) + 1, money.shape[2]))
    np.add.at(found, hours, money.sum(axis=1))
    return found


def mean(many: Sequence[Floats]) -> Floats:
    """Return the mean of arrays of one shape."""
    return np.asarray(np.mean(np.stack(many), axis=0), dtype=np.float64)
