"""Fuel: what a generator's hour costs by power, read off its own law of cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.physics.terms import Values

if TYPE_CHECKING:
    from gridbench.heron.streams import Array
    from gridbench.physics.devices import Generator


@dataclass(frozen=True, slots=True)
class Fuel:
    """The hourly cost (usd/h) at a power p is square p^2 + linear p + fixed while the unit runs."""

    unit: Generator
    square: float
    linear: float
    fixed: float

    @classmethod
    def of(cls, unit: Generator) -> Fuel:
        """Return the fuel of a unit, from its law at three powers."""
        none, half, full = (_hourly_usd(unit, share * unit.p_max_mw) for share in (0.0, 0.5, 1.0))
        square = 2.0 * (full - 2.0 * half + none) / unit.p_max_mw**2
        return cls(unit, square, (full - none) / unit.p_max_mw - square * unit.p_max_mw, none)

    def marginal_usd_per_mwh(self, p_mw: Array) -> Array:
        """Return what one more MWh costs at a power."""
        return np.asarray(2.0 * self.square * np.asarray(p_mw) + self.linear)

    def hourly_usd(self, p_mw: Array) -> Array:
        """Return what an hour at a power costs."""
        return np.asarray((self.square * np.asarray(p_mw) + self.linear) * p_mw + self.fixed)

    def best_mw(self, price: Array) -> Array:
        """Return the power within the unit's limits where the marginal cost meets the price (usd/MWh)."""
        above = price - self.linear
        free = above / (2.0 * self.square) if self.square > 0.0 else np.where(above > 0.0, np.inf, -np.inf)
        return np.asarray(np.clip(free, self.unit.p_min_mw, self.unit.p_max_mw))

    def pays(self, p_mw: Array, price: Array) -> Array:
        """Return whether running at a power earns more than it costs at a price (usd/MWh)."""
        return np.asarray(price * p_mw > self.hourly_usd(p_mw))


def _hourly_usd(unit: Generator, p_mw: float) -> float:
    running = Values(p_mw=p_mw, q_mvar=0.0, on=1.0, start=0.0, stop=0.0)
    closed = Values(**dict.fromkeys(unit.inputs(), 1.0))
    return float(unit.cost(Values(), running, closed, 1.0)["generation"])
