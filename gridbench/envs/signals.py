"""Signals: what is known of a day before it is played - clock, day-ahead prices, weather and demand with their forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.envs.field import Reading
from gridbench.errors import InvalidInput
from gridbench.physics.devices import EvCharger, FlexibleLoad, Generator, Load, Renewable, Storage
from gridbench.scenario.series.columns import FORECAST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gridbench.physics.terms import Device
    from gridbench.plant.layout import Layout
    from gridbench.scenario.scenario import Columns, Scenario

Floats = NDArray[np.float64]
PRICE_HOURS = 8
FORECAST_HOURS = 6
PRICE_OFFSET, PRICE_SCALE = 50.0, 50.0
CLOCK = (
    Reading(name="hour_sin", unit="1", lo=-1.0, hi=1.0, meaning="sine of the hour of the day", source="hour_sin"),
    Reading(name="hour_cos", unit="1", lo=-1.0, hi=1.0, start=1.0, meaning="cosine of the hour of the day", source="hour_cos"),
    Reading(
        name="left_share", unit="1", lo=0.0, hi=1.0, start=1.0, scale=0.5, offset=0.5,
        meaning="share of the day that is left", source="left_share",
    ),
)


def _price_fields() -> tuple[Reading, ...]:
    ahead = [(f"price_h{h}", f"price {h} steps ahead") for h in range(1, PRICE_HOURS + 1)]
    rest = [(f"price_rest_{word}", f"{word} price from now to the end of the day") for word in ("min", "mean", "max")]
    return tuple(
        Reading(name=name, unit="usd/MWh", scale=PRICE_SCALE, offset=PRICE_OFFSET, meaning=meaning, source=name)
        for name, meaning in [("price", "day-ahead price now"), *ahead, *rest]
    )


PRICES = _price_fields()


@dataclass(frozen=True)
class Signal:
    """A power or energy that follows series: the sum of `weight_mw` times a column, known now and by forecast."""

    owner: str
    name: str
    meaning: str
    weight_mw: dict[str, float]
    unit: str = "MW"

    @property
    def scale_mw(self) -> float:
        """The power with every column at 1, which the field is scaled by."""
        return sum(self.weight_mw.values()) or 1.0

    def fields(self) -> list[Reading]:
        """Return the value now, and the forecasts; the scale maps [0, scale_mw] to [-1, 1]."""
        named = [(self.name, f"{self.meaning}, now")]
        named += [
            (f"{self.name}_h{h}", f"{self.meaning}, forecast {h} steps ahead") for h in range(1, FORECAST_HOURS + 1)
        ]
        half = 0.5 * self.scale_mw
        return [
            Reading(name=name, unit=self.unit, scale=half, offset=half, meaning=meaning, source=f"{self.owner}/{name}")
            for name, meaning in named
        ]


def device_signals(device: Renewable | EvCharger) -> list[Signal]:
    """Return the signals of one device: the available power of a renewable, what the cars of a charger can take and ask for."""
    if isinstance(device, Renewable):
        weight = {device.profile: device.p_rated_mw}
        return [Signal(device.name, f"{device.name}.available_mw", f"available power of {device.name}", weight)]
    columns = device.inputs()
    told = (
        ("plugged_mw", "plugged_pu", "power that the plugged cars can take", "MW"),
        ("arriving_mw", "arriving_pu", "energy asked by cars that come, an hour", "MW"),
        ("due_mw", "due_pu", "energy due to cars that leave, an hour", "MW"),
        ("asked_mwh", "asked_h", "energy asked by all cars of the step", "MWh"),
    )
    return [
        Signal(device.name, f"{device.name}.{name}", f"{meaning}, {device.name}", {columns[column]: device.power_mw}, unit)
        for name, column, meaning, unit in told
    ]


def breaker_fields(devices: Iterable[Device]) -> dict[str, Reading]:
    """Return whether the breaker of each device that has one is closed now, by the column that tells; no forecast is shown."""
    return {
        device.name: Reading(
            name=f"{device.name}.connection", unit="1", lo=0.0, hi=1.0, start=1.0, scale=0.5, offset=0.5,
            meaning=f"breaker of {device.name}, 1 closed, 0 open, now", source=f"breaker.{device.name}",
        )
        for device in devices
        if isinstance(device, Generator | Storage | Renewable) and device.connection is not None
    }  # fmt: skip


def agent_signals(scenario: Scenario, layout: Layout, agent: int) -> list[Signal]:
    """Return the signals of an agent: its renewables and chargers one by one, and its load."""
    own = [d for d, owner in zip(scenario.devices, layout.device_agents, strict=True) if owner == agent]
    found = [signal for device in own if isinstance(device, Renewable) for signal in device_signals(device)]
    found += [signal for device in own if isinstance(device, EvCharger) for signal in device_signals(device)]
    weights = _sum_of([d for d in own if isinstance(d, Load | FlexibleLoad)])
    return [*found, Signal(layout.agents[agent], "load_mw", "demand of the own loads", weights)]


def total_signals(scenario: Scenario) -> list[Signal]:
    """Return the signals of the whole network: all demand, and all that renewables could give."""
    loads = [d for d in scenario.devices if isinstance(d, Load | FlexibleLoad)]
    plants = [d for d in scenario.devices if isinstance(d, Renewable)]
    return [
        Signal("", "total_load_mw", "demand of all loads", _sum_of(loads)),
        Signal("", "total_renewable_mw", "available power of all renewables", _sum_of(plants)),
    ]


def _sum_of(devices: Sequence[Load | FlexibleLoad | Renewable]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for device in devices:
        weight = device.p_rated_mw if isinstance(device, Renewable) else device.p_mw
        weights[device.profile] = weights.get(device.profile, 0.0) + weight
    return weights


class DaySignals:
    """Computes the signals of whole days at once, in their units: (steps + 1, batch, fields), the last row after the day's end.

    `places` tells where the number of each source stands: clock, prices, signal after signal, then breakers.
    """

    def __init__(self, scenario: Scenario, layout: Layout) -> None:
        """Build the weights of all agents' signals, and the totals', over the columns they read."""
        signals = [one for agent in range(len(layout.agents)) for one in agent_signals(scenario, layout, agent)]
        signals += total_signals(scenario)
        breakers = breaker_fields(scenario.devices)
        fields = [*CLOCK, *PRICES, *(field for signal in signals for field in signal.fields()), *breakers.values()]
        self._breakers = [device.inputs()["connection"] for device in scenario.devices if device.name in breakers]
        self.places = {field.source: i for i, field in enumerate(fields)}
        self._steps, self._step_h, self._price = scenario.steps, scenario.step_h, scenario.tie.price
        self._columns = sorted({column for signal in signals for column in signal.weight_mw})
        self._weights = np.array([[s.weight_mw.get(c, 0.0) for c in self._columns] for s in signals])
        last = self._steps - 1
        now = np.minimum(np.arange(self._steps + 1), last)
        self._now = now
        self._ahead = np.minimum(now[:, None] + np.arange(1, FORECAST_HOURS + 1), last)
        self._price_ahead = np.minimum(now[:, None] + np.arange(PRICE_HOURS + 1), last)

    def compute(self, days: Sequence[Columns]) -> Floats:
        """Return clock, price, and each signal now and ahead; past the end of the day the last value is repeated.

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
        stacked = np.array([[day[c] for c in self._breakers] for day in days], dtype=np.float64)
        breakers = stacked.reshape(len(days), len(self._breakers), self._steps).transpose(2, 0, 1)[self._now]
        return np.concatenate([self._clock(len(days)), self._prices(price), flat, breakers], axis=2)

    def _powers(self, days: Sequence[Columns], names: Sequence[str]) -> Floats:
        stacked = np.array([[day[c] for c in names] for day in days], dtype=np.float64).transpose(2, 0, 1)
        total = np.zeros((*stacked.shape[:2], len(self._weights)))
        for i in range(len(names)):  # in order, so that a batch adds up as its elements do
            total += stacked[:, :, i, None] * self._weights[:, i]
        return total

    def _clock(self, batch: int) -> Floats:
        angle = 2.0 * np.pi * np.arange(self._steps + 1) * self._step_h / 24.0
        left = 1.0 - np.arange(self._steps + 1) / self._steps
        rows = np.stack([np.sin(angle), np.cos(angle), left], axis=1)
        return np.repeat(rows[:, None, :], batch, axis=1)

    def _prices(self, price: Floats) -> Floats:
        back = price[::-1]
        count = np.arange(1, self._steps + 1)[:, None]
        rest = [np.minimum.accumulate(back), np.cumsum(back, axis=0) / count, np.maximum.accumulate(back)]
        ends = np.stack([one[::-1][self._now] for one in rest], axis=2)
        ahead: Floats = price[self._price_ahead].transpose(0, 2, 1)
        return np.concatenate([ahead, ends], axis=2)
