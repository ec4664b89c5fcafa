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
LOAD = "forecast.load_mw"


class Plan(NamedTuple):
    """A microgrid by itself: prices of the grid (usd/MWh), net demand and output of its generator (MW), starts (usd/h).

    `off`, `least` and `most` are what the generator can make: asked to stand still, for nothing and for all (MW).
    """

    buy: Array
    sell: Array
    need: Array
    own: Array
    off: Array
    least: Array
    most: Array
    start: Array


class Trader:
    """Knows the tariff of the tie and the devices of one microgrid; its first generator trades, its storages rest."""

    def __init__(self, devices: Sequence[Device], tie: GridTie, price: str, step_h: float, blocks: int = BLOCKS) -> None:
        """Hold the devices; `price` is what an observation calls the day-ahead price, `blocks` how many orders are heard."""
        self.tie, self.price, self.step_h, self.blocks = tie, price, step_h, blocks
        self.renewables = [f"{device.name}/forecast.available_mw" for device in devices if isinstance(device, Renewable)]
        self.unit = next((device for device in devices if isinstance(device, Generator)), None)
        self.fuel = None if self.unit is None else Fuel.of(self.unit)
        self.status = {} if self.unit is None else {name: f"{self.unit.name}/status.{name}" for name in self.unit.states()}
        self.needed = (price, LOAD, *self.renewables, *self.status.values())
        """What it reads in an observation."""

    def plan(self, observation: Observation) -> Plan:
        """Return what the microgrid does without a trade: the output with the least bill."""
        w = Values(price_usd_per_mwh=observation[self.price])
        buy, sell = np.asarray(self.tie.buy_usd_per_mwh(w)), np.asarray(self.tie.sell_usd_per_mwh(w))
        need = np.array(observation[LOAD])
        for name in self.renewables:
            need = need - observation[name]
        if self.unit is None or self.fuel is None:
            return Plan(buy, sell, need, *np.zeros((5, observation.batch)))
        off, least, most = self._reach(self.unit, observation)
        start = np.where(observation[self.status["on"]] > 0.5, 0.0, self.unit.start_usd / (self.unit.min_up_steps * self.step_h))
        wanted = [np.minimum(self.fuel.best_mw(buy), np.maximum(need, least)), self.fuel.best_mw(sell)]
        outputs = np.stack([off, *(np.clip(one, least, most) for one in wanted)])
        exchange = buy * np.maximum(need - outputs, 0.0) - sell * np.maximum(outputs - need, 0.0)
        bills = self._fuel_usd_per_h(outputs, start) + exchange
        own = np.take_along_axis(outputs, bills.argmin(axis=0)[None], 0)[0]
        return Plan(buy, sell, need, own, off, least, most, start)

    def orders(self, observation: Observation) -> Array:
        """Return quantity (MW, offered positive) and limit (usd/MWh), block by block (environments, 2 blocks).

        Where fewer than BLOCKS are heard the last are left out; where more are, those beyond are for nothing.
        """
        plan = self.plan(observation)
        grid, runs = plan.own - plan.need, plan.own > 0.0  # nobody starts or stops on the chance of a small trade
        more, less = np.where(runs, plan.most - plan.own, 0.0), np.where(runs, plan.own - plan.least, 0.0)
        blocks = [
            (grid, np.where(grid > 0.0, plan.sell, plan.buy)),
            (more, self._average(plan, plan.own, plan.own + more)),
            (-less, self._average(plan, plan.own - less, plan.own)),
        ]
        heard = [number for block in blocks[: self.blocks] for number in block]
        return np.stack([*heard, *np.zeros((2 * self.blocks - len(heard), observation.batch))], axis=1)

    def output_mw(self, quantity: Array, observation: Observation) -> Array:
        """Return what the generator makes when `quantity` MW are sold (bought where negative).

        What would have gone to the grid is sold first, what would have come from it bought first; the generator does the rest,
        as far as it can in this step.
        """
        plan = self.plan(observation)
        grid = plan.own - plan.need
        more = np.maximum(quantity - np.maximum(grid, 0.0), 0.0)
        less = np.maximum(-quantity - np.maximum(-grid, 0.0), 0.0)
        wanted = plan.own + more - less
        return np.where(wanted > SLACK, np.clip(wanted, plan.least, plan.most), plan.off)  # a rounding starts no engine

    def _reach(self, unit: Generator, observation: Observation) -> list[Array]:
        """Return what the unit makes in this step when it is asked to stand still, to run at nothing, and at all (MW)."""
        x = Values(**{state: observation[name] for state, name in self.status.items()})
        asks = [unit.at_rest() | {"on": on, "p_mw": p_mw} for on, p_mw in ((0.0, 0.0), (1.0, 0.0), (1.0, unit.p_max_mw))]
        closed = Values(**dict.fromkeys(unit.inputs(), 1.0))  # nobody announces that a breaker opens
        made = [np.asarray(unit.settle(x, Values(**ask), closed, self.step_h)["p_mw"]) for ask in asks]
        return [np.where(p_mw > SLACK, p_mw, 0.0) for p_mw in made]

    def _fuel_usd_per_h(self, output: Array, start: Array) -> Array:
        return np.where(output > 0.0, 0.0 if self.fuel is None else self.fuel.hourly_usd(output) + start, 0.0)

    def _average(self, plan: Plan, low: Array, high: Array) -> Array:
        """Return what a MWh between two outputs costs on average (usd/MWh)."""
        more = self._fuel_usd_per_h(high, plan.start) - self._fuel_usd_per_h(low, plan.start)
        return more / np.where(high > low, high - low, np.inf)
