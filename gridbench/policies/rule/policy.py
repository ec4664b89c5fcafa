"""The rule-based policy: each device by the rule that a utility would use for it, from the documented observations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.envs.observation import Observer
from gridbench.physics.devices import EvCharger, FlexibleLoad, Generator, Renewable, Storage
from gridbench.policies.idle import idle_asks
from gridbench.policies.policy import Floats, Observations, Policy
from gridbench.policies.rule.chargers import charge_ceiling
from gridbench.policies.rule.flexible import put_off
from gridbench.policies.rule.generators import generator_asks
from gridbench.policies.rule.inverters import droop, watt_ceiling
from gridbench.policies.rule.regulators import LineDrop, bank_positions, positions
from gridbench.policies.rule.storages import Day, storage_power
from gridbench.policies.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.physics.terms import Device
    from gridbench.scenario.scenario import Columns, Scenario

DRAW_SHARE = 0.6
"""Share of a coupling's rating up to which a storage charges."""


class Rule(Policy):
    """Merit order, time of use, volt-var droop, line-drop compensation and var demand; no training, no solver.

    Every agent reads its own observation by the names of its fields. The operator also remembers the net load of the step
    before, so `reset` must be called at the start of a day.
    """

    name = "rule"
    information = "shared"
    batched = True
    sources = (
        "idle.py", "seen.py",
        "rule/policy.py", "rule/generators.py", "rule/storages.py", "rule/inverters.py", "rule/regulators.py",
        "rule/chargers.py", "rule/flexible.py",
    )  # fmt: skip

    def __init__(self, scenario: Scenario) -> None:
        """Work out what the rules know of the network."""
        super().__init__(scenario)
        observer = Observer(scenario, self.layout)
        self._fields = {agent: observer.fields(agent) for agent in observer.agents}
        self._rest = idle_asks(scenario)
        self._lines = LineDrop(scenario)
        self._place = {name: i for i, name in enumerate(self.layout.asks)}
        owned = zip(scenario.devices, self.layout.device_agents, strict=True)
        self._owner = {device.name: self.layout.agents[agent] for device, agent in owned}
        self._day = Day(scenario.tie, scenario.steps, scenario.step_h)
        self._limit_mw = {agent: self._coupling_limit(i) for i, agent in enumerate(self.layout.agents)}
        self._net_mw: Floats | None = None

    def _coupling_limit(self, agent: int) -> float:
        """Return what an agent may draw (MW) through the branches that couple it to the rest, all there is where it has none."""
        feeder, owner = self.scenario.feeder, self.layout.bus_agents
        above = feeder.arrays.parent
        ratings = [b.rating_pu for k, b in enumerate(feeder.branches) if owner[k + 1] == agent != owner[above[k]]]
        return DRAW_SHARE * feeder.base_mva * sum(ratings) if ratings else float("inf")

    def reset(self, scenario: Scenario, columns: Columns, seed: int) -> None:
        """Begin a day. Raises InvalidInput for another scenario."""
        super().reset(scenario, columns, seed)
        self._net_mw = None

    def act(self, observations: Observations) -> dict[str, Floats]:
        """Return the actions of all agents by rule."""
        seen = {agent: Seen(self._fields[agent], observations[agent]) for agent in self._fields}
        asks = np.repeat(self._rest[None], len(next(iter(observations.values()))), axis=0)
        planned: Floats = np.zeros(len(asks))
        for agent, observed in seen.items():
            planned = planned + self._dispatch(agent, observed, asks)
        if self.scenario.stepped:
            self._operate(seen[self._owner[self.scenario.tie.name]], planned, asks)
        return self.codec.encode(asks)

    def _write(self, asks: Floats, device: str, values: dict[str, Floats]) -> None:
        for name, value in values.items():
            asks[:, self._place[f"{device}.{name}"]] = value

    def _dispatch(self, agent: str, seen: Seen, asks: Floats) -> Floats:
        """Write what an agent asks of its own devices; return the power (batch,) that it announces beside demand and sun."""
        own = [device for device in self.scenario.devices if self._owner[device.name] == agent]
        plants = [device for device in own if isinstance(device, Renewable)]
        room = seen["load_mw"] - sum((seen[f"{one.name}.available_mw"] for one in plants), np.zeros(len(asks)))
        announced: Floats = self._shift(own, seen, asks)
        for plant in plants:
            ceiling = watt_ceiling(seen) * plant.p_rated_mw
            self._write(asks, plant.name, {"p_ceiling_mw": ceiling, "q_mvar": droop(seen) * plant.s_max_mva})
        for storage in (device for device in own if isinstance(device, Storage)):
            power = storage_power(storage, self._day, seen, room - announced, self._limit_mw[agent])
            self._write(asks, storage.name, {"p_mw": power, "q_mvar": droop(seen) * storage.s_max_mva})
            announced = announced + power
        for unit in (device for device in own if isinstance(device, Generator)):
            values = generator_asks(unit, self.scenario.tie, seen, room - announced)
            self._write(asks, unit.name, values)
            announced = announced + values["p_mw"]
        return announced

    def _shift(self, own: Sequence[Device], seen: Seen, asks: Floats) -> Floats:
        """Write what chargers and flexible loads are asked for; return the power (batch,) of both, charging negative."""
        announced: Floats = np.zeros(len(asks))
        for charger in (device for device in own if isinstance(device, EvCharger)):
            ceiling = charge_ceiling(charger, self._day, seen)
            reactive = {} if charger.s_max_mva is None else {"q_mvar": droop(seen) * charger.s_max_mva}
            self._write(asks, charger.name, {"charge_ceiling_mw": ceiling, **reactive})
            announced = announced - np.minimum(ceiling, seen[f"{charger.name}.plugged_mw"])
        for load in (device for device in own if isinstance(device, FlexibleLoad)):
            later = put_off(load, self._day, seen)
            self._write(asks, load.name, {"later_mw": later})
            announced = announced + later
        return announced

    def _operate(self, seen: Seen, announced: Floats, asks: Floats) -> None:
        """Write the positions of regulators and banks into the asks, from what is measured and what the others announce."""
        net = seen["total_load_mw"] - seen["total_renewable_mw"] - announced
        before = self._net_mw if self._net_mw is not None and self._net_mw.shape == net.shape else None
        self._net_mw = net
        wanted = positions(self.scenario, self._lines, seen, net, before)
        for regulator, position in zip(self.scenario.regulators, wanted, strict=True):
            self._write(asks, regulator.name, {"position": position})
        for bank, position in zip(self.scenario.banks, bank_positions(self.scenario, seen), strict=True):
            self._write(asks, bank.name, {"position": position})
