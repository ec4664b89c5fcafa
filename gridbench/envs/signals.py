"""Signals: what is known of a day before it is played - clock, day-ahead prices, weather and demand with their forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.envs.field import LIMIT, Field
from gridbench.errors import InvalidInput
from gridbench.physics.devices import Load, Renewable
from gridbench.scenario.series.columns import FORECAST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.plant.layout import Layout
    from gridbench.scenario.scenario import Columns, Scenario

Floats = NDArray[np.float64]
PRICE_HOURS = 8
FORECAST_HOURS = 6
PRICE_OFFSET, PRICE_SCALE = 50.0, 50.0
CLOCK = (
    Field("hour_sin", "1", 1.0, 0.0, "sine of the hour of the day"),
    Field("hour_cos", "1", 1.0, 0.0, "cosine of the hour of the day"),
    Field("left_share", "1", 0.5, 0.5, "share of the day that is left"),
)


@dataclass(frozen=True)
class Signal:
    """A power that follows series: the sum of `weight_mw` times a column, known now and as a forecast of the next hours."""

    name: str
    meaning: str
    weight_mw: dict[str, float]

    @property
    def scale_mw(self) -> float:
        """The power with every column at 1, which the field is scaled by."""
        return sum(self.weight_mw.values()) or 1.0

    def fields(self) -> list[Field]:
        """Return the value now, and the forecasts; the scale maps [0, scale_mw] to [-1, 1]."""
        half = 0.5 * self.scale_mw
        ahead = [
            Field(f"{self.name}_h{h}", "MW", half, half, f"{self.meaning}, forecast {h} steps ahead")
            for h in range(1, FORECAST_HOURS + 1)
        ]
        return [Field(self.name, "MW", half, half, f"{self.meaning}, now"), *ahead]


def price_fields() -> list[Field]:
    """Return the fields of the day-ahead price."""
    ahead = [(f"price_h{h}", f"price {h} steps ahead") for h in range(1, PRICE_HOURS + 1)]
    rest = [(f"price_rest_{word}", f"{word} price from now to the end of the day") for word in ("min", "mean", "max")]
    named = [("price", "day-ahead price now"), *ahead, *rest]
    return [Field(name, "usd/MWh", PRICE_SCALE, PRICE_OFFSET, meaning) for name, meaning in named]


def agent_signals(scenario: Scenario, layout: Layout, agent: int, *, everything: bool) -> list[Signal]:
    """Return the signals of an agent: its renewables one by one and its load, or the totals of the network as well."""
    own = [d for d, owner in zip(scenario.devices, layout.device_agents, strict=True) if owner == agent]
    found = [
        Signal(f"{d.name}.available_mw", f"available power of {d.name}", {d.profile: d.p_rated_mw})
        for d in own
        if isinstance(d, Renewable)
    ]
    found.append(Signal("load_mw", "demand of the own loads", _sum_of([d for d in own if isinstance(d, Load)])))
    if everything:
        loads = [d for d in scenario.devices if isinstance(d, Load)]
        found.append(Signal("total_load_mw", "demand of all loads", _sum_of(loads)))
        plants = [d for d in scenario.devices if isinstance(d, Renewable)]
        found.append(Signal("total_renewable_mw", "available power of all renewables", _sum_of(plants)))
    return found


def _sum_of(devices: Sequence[Load | Renewable]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for device in devices:
        weight = device.p_mw if isinstance(device, Load) else device.p_rated_mw
        weights[device.profile] = weights.get(device.profile, 0.0) + weight
    return weights


class DaySignals:
    """Computes the scaled signals of whole days at once: (steps + 1, batch, fields), the last row after the end of the day."""

    def __init__(self, scenario: Scenario, signals: Sequence[Signal]) -> None:
        """Build the weights of the signals over the columns they read."""
        self._steps, self._step_h, self._price = scenario.steps, scenario.step_h, scenario.tie.price
        self._columns = sorted({column for signal in signals for column in signal.weight_mw})
        self._weights = np.array([[s.weight_mw.get(c, 0.0) for c in self._columns] for s in signals])
        self._half = np.array([0.5 * s.scale_mw for s in signals])
        last = self._steps - 1
        now = np.minimum(np.arange(self._steps + 1), last)
        self._now = now
        self._ahead = np.minimum(now[:, None] + np.arange(1, FORECAST_HOURS + 1), last)
        self._price_ahead = np.minimum(now[:, None] + np.arange(PRICE_HOURS + 1), last)

    def compute(self, days: Sequence[Columns]) -> Floats:
        """Return clock, price, and each signal now and ahead, clipped; past the end of the day the last value is repeated.

        Raises InvalidInput where a day has no forecast of a column.
        """
        wanted = [FORECAST + c for c in self._columns]
        missing = sorted({name for day in days for name in wanted if name not in day})
        if missing:
            raise InvalidInput("observations", [f"the series have no column {name!r}: add it" for name in missing])
        actual, forecast = self._powers(days, self._columns), self._powers(days, wanted)
        powers = np.concatenate([actual[self._now][..., None], forecast[self._ahead].transpose(0, 2, 3, 1)], axis=3)
        flat = powers.reshape(*powers.shape[:2], -1)
        price = np.array([day[self._price] for day in days], dtype=np.float64).T
        parts = [self._clock(len(days)), self._prices(price), flat]
        clipped: Floats = np.clip(np.concatenate(parts, axis=2), -LIMIT, LIMIT)
        return clipped

    def _powers(self, days: Sequence[Columns], names: Sequence[str]) -> Floats:
        stacked = np.array([[day[c] for c in names] for day in days], dtype=np.float64).transpose(2, 0, 1)
        total = np.zeros((*stacked.shape[:2], len(self._weights)))
        for i in range(len(names)):  # in order, so that a batch adds up as its elements do
            total += stacked[:, :, i, None] * self._weights[:, i]
        return np.asarray(total / self._half - 1.0)

    def _clock(self, batch: int) -> Floats:
        angle = 2.0 * np.pi * np.arange(self._steps + 1) * self._step_h / 24.0
        left = 1.0 - np.arange(self._steps + 1) / self._steps
        rows = np.stack([np.sin(angle), np.cos(angle), 2.0 * left - 1.0], axis=1)
        return np.repeat(rows[:, None, :], batch, axis=1)

    def _prices(self, price: Floats) -> Floats:
        back = price[::-1]
        count = np.arange(1, self._steps + 1)[:, None]
        rest = [np.minimum.accumulate(back), np.cumsum(back, axis=0) / count, np.maximum.accumulate(back)]
        ends = np.stack([one[::-1][self._now] for one in rest], axis=2)
        ahead: Floats = price[self._price_ahead].transpose(0, 2, 1)
        scaled: Floats = (np.concatenate([ahead, ends], axis=2) - PRICE_OFFSET) / PRICE_SCALE
        return scaled
