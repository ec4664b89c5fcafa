"""DeviceAgent: the field agent at one device, of any kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from gridbench.envs import features
from gridbench.envs.agents.fuel import Fuel
from gridbench.envs.codec import ask_part
from gridbench.heron.agents.field_agent import FieldAgent
from gridbench.physics.devices import (
    CapacitorBank,
    EvCharger,
    FlexibleLoad,
    Generator,
    GridTie,
    Load,
    Regulator,
    Renewable,
    Storage,
)
from gridbench.physics.terms import Values

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridbench.heron.feature import Feature
    from gridbench.heron.observation import Observation
    from gridbench.heron.policy import Policy
    from gridbench.heron.streams import Array
    from gridbench.physics.terms import Device
    from gridbench.plant.layout import Layout
    from gridbench.scenario.scenario import Scenario


SLOPE = 20.0
"""A storage answers with full power where a MWh earns this much (usd)."""
_TOLD = ("price.price_rest_mean", "time.left_share")
_ENERGY = "storage.energy_mwh"
_OWED = "shift.owed_mwh"
_CARS = ("cars.backlog_mwh", "forecast.arriving_mw", "forecast.due_mw", "forecast.asked_mwh")


class DeviceAgent(FieldAgent):
    """Measures and moves one device; its parts are the device's asks, its reward minus the device's money."""

    def __init__(self, scenario: Scenario, layout: Layout, device: Device, policy: Policy | None = None) -> None:
        """Declare the agent of a device of the scenario."""
        self.device, self.tie, self.step_h, self.day_h = device, scenario.tie, scenario.step_h, scenario.step_h * scenario.steps
        self.rest = device.at_rest()
        parts = [ask_part(name, span, self.rest[name]) for name, span in device.asks().items()]
        super().__init__(device.name, self.see(scenario, layout), parts, policy)
        self.earns = ("metrics.cost_usd", -1.0 / scenario.reward_usd)

    def see(self, scenario: Scenario, layout: Layout) -> list[Feature]:
        """Return the device's features: its own by its kind, then money."""
        found = [features.electrical(scenario, cast("features.Sited", self.device))] if hasattr(self.device, "bus") else []
        found += features.breaker(self.device)
        return [*found, *self.kept(scenario, layout), features.metrics(scenario, self.device.name)]

    def kept(self, scenario: Scenario, layout: Layout) -> list[Feature]:
        """Return what a device of this kind has beyond power and money: of an unknown kind, its states."""
        return [features.states(scenario, layout, self.device, "state")] if self.device.states() else []

    def needed(self) -> tuple[str, ...]:
        """Return the own fields that `answer_price` reads."""
        return ()

    def answer_price(self, price: Array, observation: Observation) -> Array:
        """Return the asks at a price (usd/MWh): by its marginal rule where the kind has one, else what it does at rest."""
        asks = {name: np.full(len(price), value) for name, value in self.rest.items()}
        asks |= self.marginal(price, observation)
        return np.stack([asks[name] for name in self.rest], axis=1)

    def marginal(self, price: Array, observation: Observation) -> dict[str, Array]:  # noqa: ARG002 - a hook
        """Return the asks that a price changes."""
        return {}

    def later(self, observation: Observation) -> tuple[Array, Array]:
        """Return the mean price of buying from now on (usd/MWh), and the hours that are left after this step."""
        told = {name.rpartition(".")[2]: observation[name] for name in observation.names() if name.split("/")[-1] in _TOLD}
        mean = self.tie.buy_usd_per_mwh(Values(price_usd_per_mwh=told["price_rest_mean"]))
        return np.asarray(mean), np.maximum(told["left_share"] * self.day_h - self.step_h, 0.0)


class GeneratorAgent(DeviceAgent):
    """Runs where its marginal cost meets the price, while that pays."""

    def kept(self, scenario: Scenario, layout: Layout) -> list[Feature]:
        """Return status and power limits."""
        status = features.states(scenario, layout, self.device, "status")
        return [status, features.constants("power_limits", self.device, "p_min_mw", "p_max_mw", "s_max_mva")]

    def marginal(self, price: Array, observation: Observation) -> dict[str, Array]:  # noqa: ARG002
        """Run at the best power where that earns more than standing still."""
        fuel = Fuel.of(cast("Generator", self.device))
        power = fuel.best_mw(price)
        runs = fuel.pays(power, price)
        return {"on": runs.astype(float), "p_mw": np.where(runs, power, 0.0)}


class StorageAgent(DeviceAgent):
    """Discharges where the price repays buying the energy back at the day's later mean, charges where that repays the price.

    It never gives so much that it could not be refilled by the end of the day, and refills in time.
    """

    def kept(self, scenario: Scenario, layout: Layout) -> list[Feature]:
        """Return energy, power limits and inverter."""
        return [
            features.states(scenario, layout, self.device, "storage"),
            features.constants("power_limits", self.device, "power_mw"),
            features.constants("inverter", self.device, "s_max_mva"),
        ]

    def needed(self) -> tuple[str, ...]:
        """Return the energy."""
        return (_ENERGY,)

    def marginal(self, price: Array, observation: Observation) -> dict[str, Array]:
        """Compare the price with the later mean of buying, through efficiencies and wear: full power at SLOPE usd/MWh of gain."""
        unit = cast("Storage", self.device)
        later, left_h = self.later(observation)
        loop, wear = unit.efficiency_in * unit.efficiency_out, 2.0 * unit.wear_usd_per_mwh
        gives, takes = price * loop - later - wear, later * loop - price - wear
        wanted = unit.power_mw * (np.clip(gives / SLOPE, 0.0, 1.0) - np.clip(takes / SLOPE, 0.0, 1.0))
        begun, now = unit.initial()["energy_mwh"], observation[_ENERGY]
        needed = begun - left_h * unit.power_mw * unit.efficiency_in  # at the end of this step, to be full again in time
        most = np.maximum(now - needed, 0.0) * unit.efficiency_out / self.step_h
        owed = np.maximum(needed - now, 0.0) / unit.efficiency_in / self.step_h
        return {"p_mw": np.where(owed > 0.0, -np.minimum(owed, unit.power_mw), np.minimum(wanted, most))}


class RenewableAgent(DeviceAgent):
    """Gives all that it has while the price is not below zero."""

    def kept(self, scenario: Scenario, layout: Layout) -> list[Feature]:  # noqa: ARG002
        """Return what is available, power limits and inverter."""
        return [
            features.available(cast("Renewable", self.device)),
            features.constants("power_limits", self.device, "p_rated_mw"),
            features.constants("inverter", self.device, "s_max_mva"),
        ]

    def marginal(self, price: Array, observation: Observation) -> dict[str, Array]:  # noqa: ARG002
        """Close where energy costs money to get rid of."""
        return {"p_ceiling_mw": np.where(price < 0.0, 0.0, self.rest["p_ceiling_mw"])}


class LoadAgent(DeviceAgent):
    """Sheds what may be shed where energy is dearer than going without."""

    def marginal(self, price: Array, observation: Observation) -> dict[str, Array]:  # noqa: ARG002
        """Compare the price with the value of lost load."""
        most = self.device.asks()["shed_mw"].hi
        return {"shed_mw": np.where(price > cast("Load", self.device).lost_load_usd_per_mwh, most, 0.0)}


class FlexibleLoadAgent(DeviceAgent):
    """Puts off what the price makes dear against the day's later mean, catches up where it is cheap, and ends without debt."""

    def kept(self, scenario: Scenario, layout: Layout) -> list[Feature]:
        """Return the debt, and the demand at the nominal profile."""
        limits = features.constants("power_limits", self.device, "p_mw", "shift_mwh")
        return [features.states(scenario, layout, self.device, "shift"), limits]

    def needed(self) -> tuple[str, ...]:
        """Return the debt."""
        return (_OWED,)

    def marginal(self, price: Array, observation: Observation) -> dict[str, Array]:
        """Compare the price with the later mean through the discomfort: all that may be shifted at SLOPE usd/MWh of gain."""
        load = cast("FlexibleLoad", self.device)
        mean, left_h = self.later(observation)
        owed_mwh, spare = observation[_OWED], load.discomfort_usd_per_mwh
        most_mw, back_mw = (1.0 - load.share_min) * load.p_mw, (load.share_max - 1.0) * load.p_mw
        later_mw = most_mw * np.clip((price - mean - spare) / SLOPE, 0.0, 1.0)
        sooner_mw = back_mw * np.clip((mean - price - spare) / SLOPE, 0.0, 1.0)
        room_mw = (0.5 * back_mw * left_h - owed_mwh) / self.step_h  # demand may be half of the nominal one later
        return {"later_mw": np.where(room_mw < 0.0, np.maximum(room_mw, -back_mw), np.minimum(later_mw, room_mw) - sooner_mw)}


class EvChargerAgent(DeviceAgent):
    """Charges at once while the price is not above the day's later mean, else what is due in this step."""

    def kept(self, scenario: Scenario, layout: Layout) -> list[Feature]:
        """Return the backlog, what cars can take and ask for, and the rated power."""
        charger = cast("EvCharger", self.device)
        return [
            features.states(scenario, layout, self.device, "cars"),
            features.available(charger),
            features.constants("power_limits", self.device, "power_mw"),
        ]

    def needed(self) -> tuple[str, ...]:
        """Return the backlog, and what is asked and due in this step."""
        return _CARS

    def marginal(self, price: Array, observation: Observation) -> dict[str, Array]:
        """Compare the price with the later mean; whoever leaves gets what is due while that is worth its price."""
        charger = cast("EvCharger", self.device)
        mean, _ = self.later(observation)
        backlog_mwh, arriving_mw, due_mw, asked_mwh = (observation[name] for name in _CARS)
        owed_mwh = backlog_mwh + self.step_h * (arriving_mw + due_mw) - asked_mwh
        due = np.clip(owed_mwh / (charger.efficiency * self.step_h), 0.0, charger.power_mw)
        worth = np.where(price <= charger.efficiency * charger.unmet_usd_per_mwh, due, 0.0)
        return {"charge_ceiling_mw": np.where(price <= mean, charger.power_mw, worth)}


class SteppedAgent(DeviceAgent):
    """Stays where it is, whatever the price."""

    feature = "state"

    def needed(self) -> tuple[str, ...]:
        """Return the position."""
        return (f"{self.feature}.position",)

    def marginal(self, price: Array, observation: Observation) -> dict[str, Array]:  # noqa: ARG002
        """Keep the position."""
        (position,) = self.needed()
        return {"position": observation[position]}


class RegulatorAgent(SteppedAgent):
    """A tap changer with the voltage behind it."""

    feature = "tap_changer"

    def kept(self, scenario: Scenario, layout: Layout) -> list[Feature]:
        """Return position and voltage."""
        voltage = features.tap_voltage(scenario, cast("Regulator", self.device))
        return [features.states(scenario, layout, self.device, self.feature, voltage)]


class CapacitorAgent(SteppedAgent):
    """A switched bank."""

    feature = "capacitor"

    def kept(self, scenario: Scenario, layout: Layout) -> list[Feature]:
        """Return position and size."""
        bank = features.constants("power_limits", self.device, "step_mvar")
        return [features.states(scenario, layout, self.device, self.feature), bank]


class TieAgent(DeviceAgent):
    """The connection to the upstream grid."""

    def kept(self, scenario: Scenario, layout: Layout) -> list[Feature]:  # noqa: ARG002
        """Return its rating."""
        return [features.constants("power_limits", self.device, "rating_mva")]


AGENTS: dict[type[Device], Callable[..., DeviceAgent]] = {
    Generator: GeneratorAgent,
    Storage: StorageAgent,
    Renewable: RenewableAgent,
    Load: LoadAgent,
    FlexibleLoad: FlexibleLoadAgent,
    EvCharger: EvChargerAgent,
    Regulator: RegulatorAgent,
    CapacitorBank: CapacitorAgent,
    GridTie: TieAgent,
}
"""The agent of each kind of device, and of kinds derived from it; any other has a plain DeviceAgent."""


def device_agent(scenario: Scenario, layout: Layout, device: Device, policy: Policy | None = None) -> DeviceAgent:
    """Return the agent of a device."""
    made = next((AGENTS[kind] for kind in type(device).__mro__ if kind in AGENTS), DeviceAgent)
    return made(scenario, layout, device, policy)
