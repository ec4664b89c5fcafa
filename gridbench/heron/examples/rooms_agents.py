"""The agents of two rooms and a heater."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.action_spec import Choice, Span
from gridbench.heron.agents.field_agent import FieldAgent
from gridbench.heron.feature import Feature, Field
from gridbench.heron.protocols.price_signal import quadratic_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.heron.fields import Fields
    from gridbench.heron.observation import Observation
    from gridbench.heron.policy import Policy
    from gridbench.heron.streams import Array, Mask

WANTED_C = 20.0
FROZEN_C = 2.0
MOST_KW = 6.0
USD_PER_KWH = 0.2
CLIMATE = Feature("climate", (Field("temperature_c", "degC", -60.0, 90.0, 18.0),), ("owner", "upper_level"))
OCCUPANTS = Feature("occupants", (Field("people", "", 0.0, 10.0, 1.0),), ("owner",))
BURNER = Feature("burner", (Field("power_kw", "kW", 0.0, MOST_KW), Field("energy_kwh", "kWh", 0.0)), ("owner", "upper_level"))
HEALTH = Feature("health", (Field("efficiency", "", 0.5, 1.0, 0.9),), ("system",))


class Room(FieldAgent):
    """Moves a valve; is paid for comfort."""

    def __init__(self, name: str, policy: Policy | None = None) -> None:
        """Declare a room: a valve from 0 (shut) to 1 (open)."""
        super().__init__(name, (CLIMATE, OCCUPANTS), (Span("valve", 0.0, 1.0),), policy)

    def shortfall(self, observation: Observation) -> Array:
        """Return how much too cold it is, in K; negative where it is too warm."""
        return WANTED_C - observation["climate.temperature_c"]

    def reward(self, before: Fields, after: Fields, below: Sequence[Array], elapsed_s: float) -> Array:  # noqa: ARG002
        """Return minus the squared distance to comfort times hours."""
        return -((after["climate.temperature_c"] - WANTED_C) ** 2) * (elapsed_s / 3600.0)

    def done(self, after: Fields) -> Mask:
        """Return whether the pipes freeze."""
        return after["climate.temperature_c"] < FROZEN_C

    def answer_price(self, price: Array, observation: Observation) -> Array:
        """Open the valve as far as a kelvin is worth the price (USD/kWh)."""
        return (0.5 + 0.5 * self.shortfall(observation) - price)[:, None]

    def offer(self, observation: Observation) -> Array:
        """Bid for heat in two blocks (kW, USD/kWh): the first is worth more."""
        cold = np.maximum(self.shortfall(observation), 0.0)
        return np.stack([-0.6 * cold, 0.2 + 0.1 * cold, -0.6 * cold, 0.1 + 0.05 * cold], axis=1)

    def answer_trade(self, quantity: Array, price: Array, observation: Observation) -> Array:  # noqa: ARG002
        """Open the valve in proportion to the heat that was bought (kW)."""
        return (-quantity / MOST_KW)[:, None]

    def estimate(self, observation: Observation) -> Array:
        """Return the temperature (degrees C) that the people in the room would like."""
        return WANTED_C - 0.5 * observation["occupants.people"]

    def answer_agreement(self, value: Array, observation: Observation) -> Array:
        """Open the valve while it is colder than agreed (degrees C)."""
        return (0.5 + value - observation["climate.temperature_c"])[:, None]


class Heater(FieldAgent):
    """Burns fuel for both rooms; is charged for it."""

    def __init__(self, name: str = "heater", policy: Policy | None = None) -> None:
        """Declare the heater: a power in kW and a mode, 0 off and 1 on."""
        super().__init__(name, (BURNER, HEALTH), (Span("power_kw", 0.0, MOST_KW, "kW"), Choice("mode", 2)), policy)

    def reward(self, before: Fields, after: Fields, below: Sequence[Array], elapsed_s: float) -> Array:  # noqa: ARG002
        """Return minus the money (USD) for the energy of the step."""
        return -USD_PER_KWH * (after["burner.energy_kwh"] - before["burner.energy_kwh"])

    def answer_price(self, price: Array, observation: Observation) -> Array:  # noqa: ARG002
        """Run where the marginal cost meets the price (USD/kWh)."""
        return _running(quadratic_answer(price, square=0.05, linear=0.1))

    def offer(self, observation: Observation) -> Array:
        """Offer heat in two blocks (kW, USD/kWh)."""
        block = np.array([0.5 * MOST_KW, 0.12, 0.5 * MOST_KW, 0.22])
        return np.tile(block, (observation.batch, 1))

    def answer_trade(self, quantity: Array, price: Array, observation: Observation) -> Array:  # noqa: ARG002
        """Run at the power (kW) that was sold."""
        return _running(quantity)


def _running(power_kw: Array) -> Array:
    power = np.clip(power_kw, 0.0, MOST_KW)
    return np.stack([power, (power > 0).astype(float)], axis=1)
