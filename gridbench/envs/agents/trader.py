"""Trader: what a microgrid bids and offers from its marginal costs, and how it runs after a trade."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gridbench.envs.agents.fuel import Fuel
from gridbench.physics.devices import Generator, Renewable
from gridbench.physics.reach import SLACK
from gridbench.physics.terms import Values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.heron.observation import Observation
    from gridbench.heron.streams import Array
    from gridbench.physics.devices import GridTie
    from gridbench.physics.terms import Device

BLOCKS = 3
"""Orders of a microgrid: what it would exchange with the grid, what its generator could make beside, what it could leave."""


class Plan(NamedTuple):
    """A microgrid by itself: prices of the grid (usd/MWh), net demand, output and reach of its generator (MW), starts (usd/h)."""

    buy: Array
    sell: Array
    need: Array
    own: Array
    most: Array
    start: Array


class Trader:
    """Knows the tariff of the tie and the devices of one microgrid; its first generator trades, its storages rest."""

    def __init__(self, devices: Sequence[Device], tie: GridTie, price: str, step_h: float) -> None:
        """Hold the devices; `price` is what an observation calls the day-ahead price."""
        self.tie, self.price, self.step_h = tie, price, step_h
        self.renewables = [device.name for device in devices if isinstance(device, Renewable)]
        self.unit = next((device for device in devices if isinstance(device, Generator)), None)
        self.fuel = None if self.unit is None else Fuel.of(self.unit)

    def plan(self, observation: Observation) -> Plan:
        """Return what the microgrid does without a trade: the output with the least bill."""
        w = Values(price_usd_per_mwh=observation[self.price])
        buy, sell = np.asarray(self.tie.buy_usd_per_mwh(w)), np.asarray(self.tie.sell_usd_per_mwh(w))
        need = np.array(observation["forecast.load_mw"])
        for name in self.renewables:
            need = need - observation[f"{name}/forecast.available_mw"]
        nothing = np.zeros(observation.batch)
        if self.unit is None or self.fuel is None:
            return Plan(buy, sell, need, nothing, nothing, nothing)
        least, most, start = self._reach(observation)
        wanted = [np.minimum(self.fuel.best_mw(buy), np.maximum(need, least)), self.fuel.best_mw(sell)]
        outputs = np.stack([nothing, *(np.clip(one, least, most) for one in wanted)])
        exchange = buy * np.maximum(need - outputs, 0.0) - sell * np.maximum(outputs - need, 0.0)
        bills = self._fuel_usd_per_h(outputs, start) + exchange
        own = np.take_along_axis(outputs, bills.argmin(axis=0)[None], 0)[0]
        return Plan(buy, sell, need, own, most, start)

    def orders(self, observation: Observation) -> Array:
        """Return quantity (MW, offered positive) and limit (usd/MWh), block by block (environments, 2 BLOCKS)."""
        plan = self.plan(observation)
        grid, less = plan.own - plan.need, plan.own - self._least(plan.own)
        more = np.where(plan.own > 0.0, plan.most - plan.own, 0.0)  # no start on the chance of a small trade
        blocks = [
            (grid, np.where(grid > 0.0, plan.sell, plan.buy)),
            (more, self._average(plan, plan.own, plan.most)),
            (-less, self._average(plan, plan.own - less, plan.own)),
        ]
        return np.stack([number for block in blocks for number in block], axis=1)

    def output_mw(self, quantity: Array, observation: Observation) -> Array:
        """Return what the generator makes when `quantity` MW are sold (bought where negative).

        What would have gone to the grid is sold first, what would have come from it bought first; the generator does the rest.
        """
        plan = self.plan(observation)
        grid = plan.own - plan.need
        more = np.maximum(quantity - np.maximum(grid, 0.0), 0.0)
        less = np.maximum(-quantity - np.maximum(-grid, 0.0), 0.0)
        output = np.clip(plan.own + more - less, 0.0, plan.most)
        output = np.where(output > SLACK, output, 0.0)  # a rounding starts no engine
        return np.maximum(output, self._least(output))

    def _reach(self, observation: Observation) -> tuple[Array, Array, Array]:
        """Return the least and the most output (MW) in this step while running, and the share of a start in its hours (usd/h)."""
        assert self.unit is not None  # noqa: S101 - asked only of a microgrid with a generator
        unit, name = self.unit, self.unit.name
        on, ramp = observation[f"{name}/status.on"] > 0.5, unit.ramp_mw_per_h * self.step_h
        most = np.where(on, np.minimum(unit.p_max_mw, observation[f"{name}/status.p_mw"] + ramp), unit.start_mw)
        start = np.where(on, 0.0, unit.start_usd / (unit.min_up_steps * self.step_h))
        return np.full(len(on), unit.p_min_mw), most, start

    def _least(self, output: Array) -> Array:
        """Return the least output of a unit that makes anything (MW)."""
        return np.where(output > 0.0, 0.0 if self.unit is None else self.unit.p_min_mw, 0.0)

    def _fuel_usd_per_h(self, output: Array, start: Array) -> Array:
        return np.where(output > 0.0, 0.0 if self.fuel is None else self.fuel.hourly_usd(output) + start, 0.0)

    def _average(self, plan: Plan, low: Array, high: Array) -> Array:
        """Return what a MWh between two outputs costs on average (usd/MWh)."""
        more = self._fuel_usd_per_h(high, plan.start) - self._fuel_usd_per_h(low, plan.start)
        return more / np.where(high > low, high - low, np.inf)
