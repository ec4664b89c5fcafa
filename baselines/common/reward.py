"""The reward that is learnt from: the money that the agents can change, at a scale of about one a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.physics.devices import Load, Renewable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.scenario.scenario import Scenario


class Shaped:
    """Turns the cost of a step into the training reward.

    The reference is the bill of a feeder without losses, storages and generators: no action changes it, so that taking it out
    calms the returns and changes nothing about which actions are best.
    """

    def __init__(self, scenario: Scenario, recipe: dict[str, Any]) -> None:
        """Work out the net demand per unit of each column."""
        columns = scenario.columns
        self._scenario = scenario
        self._unit_usd, self._floor = recipe["unit"] * scenario.reward_usd, recipe["floor"]
        self._weights = np.zeros(len(columns))
        for device in scenario.devices:
            if isinstance(device, Load):
                self._weights[columns.index(device.profile)] += device.p_mw
            if isinstance(device, Renewable):
                self._weights[columns.index(device.profile)] -= device.p_rated_mw
        self._price = columns.index(scenario.tie.price)

    def __call__(self, weather: NDArray[np.float64], cost_usd: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the reward (batch,) of a step in `weather` (batch, columns) that cost `cost_usd` (batch,), cut at the floor."""
        scenario = self._scenario
        net_mw = (weather * self._weights).sum(axis=1)
        reference = net_mw * (weather[:, self._price] + scenario.tie.delivery_usd_per_mwh) * scenario.step_h
        return np.asarray(np.maximum((reference - cost_usd) / self._unit_usd, self._floor))
