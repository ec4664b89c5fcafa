"""Diesels by merit order: they run while that is cheaper than buying, or while the voltage needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gridbench.physics.devices import Generator, GridTie
    from gridbench.policies.seen import Seen

Floats = NDArray[np.float64]
EXPORT_SHARE = 0.4
"""Share of a unit's rating that it may feed beyond its own microgrid, into the feeder around it."""
SUPPORT_PU = 0.92
"""Below this voltage a unit runs whatever it costs."""


def generator_asks(unit: Generator, tie: GridTie, seen: Seen, room_mw: Floats) -> dict[str, Floats]:
    """Return commitment and powers (batch,) in 0/1, MW and Mvar.

    A unit starts when the hours of its minimum up time together repay the start, and runs at the power where its marginal
    cost meets the price of buying, but not far above `room_mw` (batch,), what its microgrid draws; not while it is cut off.
    """
    buy = np.column_stack([seen["price"], seen.ahead("price", 8)]) + tie.delivery_usd_per_mwh
    room_mw = room_mw + EXPORT_SHARE * unit.p_max_mw
    best = np.minimum(best_power(unit, buy), np.maximum(room_mw, unit.p_min_mw)[:, None])
    profit = best * (buy - unit.cost_usd_per_mwh) - unit.cost_usd_per_mw2h * best**2 - unit.cost_usd_per_h
    horizon = min(unit.min_up_steps, buy.shape[1])
    running = seen[f"{unit.name}.on"] > 0.5
    repays = profit[:, :horizon].sum(axis=1) > unit.start_usd
    stays = (profit[:, 0] > 0.0) | (profit[:, :3].sum(axis=1) > 0.0)
    support = seen.voltage("v_min_pu") < SUPPORT_PU
    fits = room_mw >= unit.p_min_mw
    closed = seen[f"{unit.name}.connection"] > 0.5 if unit.connection is not None else True
    on = (np.where(running, stays & fits, repays & fits) | support) & closed
    power = best[:, 0]
    tangent = (1.0 / unit.power_factor_min**2 - 1.0) ** 0.5
    reactive = np.where(support, 0.5 * tangent * power, 0.0)
    return {"on": on.astype(np.float64), "p_mw": np.where(on, power, 0.0), "q_mvar": np.where(on, reactive, 0.0)}


def best_power(unit: Generator, buy: Floats) -> Floats:
    """Return the power (MW) where the marginal cost meets the price, within the limits of the unit."""
    slope = 2.0 * unit.cost_usd_per_mw2h
    margin = buy - unit.cost_usd_per_mwh
    free = margin / slope if slope > 0.0 else np.where(margin > 0.0, np.inf, -np.inf)
    power: Floats = np.clip(free, unit.p_min_mw, unit.p_max_mw)
    return power
