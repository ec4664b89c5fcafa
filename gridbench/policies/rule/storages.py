"""Storages by time of use: charge in the cheap hours, discharge in the dear ones, end the day as full as it began."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gridbench.physics.devices import GridTie, Storage
    from gridbench.policies.seen import Seen

Floats = NDArray[np.float64]
PACE = 0.5
"""Share of the rated power that is used: the operator's regulators see a change of power one step late."""
HOURS = 8
"""Hours ahead whose prices are compared with the price now."""


class Day(NamedTuple):
    """What the rule knows of every day: the tie's tariff, the number of steps, and their length."""

    tie: GridTie
    steps: int
    step_h: float


def storage_power(unit: Storage, day: Day, seen: Seen, room_mw: Floats, limit_mw: float) -> Floats:
    """Return the net power (batch,) in MW, discharge positive.

    Discharges when fewer of the next known hours are dearer than the stored energy can serve, and the price now repays
    refilling; charges when fewer are cheaper than filling takes, and a later price repays it. Near the end of the day it
    brings the energy back. It discharges no more than `room_mw` (batch,), what its microgrid draws, and charges only as far as
    the microgrid then draws no more than `limit_mw`.
    """
    pace, tie, step_h = PACE * unit.power_mw, day.tie, day.step_h
    energy = seen[f"{unit.name}.energy_mwh"]
    floor, top = unit.energy_share_min * unit.energy_mwh, unit.energy_share_max * unit.energy_mwh
    first = unit.energy_share_initial * unit.energy_mwh
    now = seen["price"] + tie.delivery_usd_per_mwh
    ahead = seen.ahead("price", HOURS) + tie.delivery_usd_per_mwh
    left = np.rint(seen["left_share"] * day.steps)  # steps, this one included
    known = np.arange(1, HOURS + 1) < left[:, None]
    dearer, cheaper = ((ahead > now[:, None]) & known).sum(axis=1), ((ahead < now[:, None]) & known).sum(axis=1)
    out_mwh, in_mwh = pace * step_h / unit.efficiency_out, pace * step_h * unit.efficiency_in
    loop, wear = unit.efficiency_in * unit.efficiency_out, 2.0 * unit.wear_usd_per_mwh
    cheapest, dearest = (seen[f"price_rest_{end}"] + tie.delivery_usd_per_mwh for end in ("min", "max"))
    later_in = np.maximum(left - 1.0, 0.0) * in_mwh
    spare = energy - np.maximum(floor, first - later_in)  # what may go now and still come back
    surplus = energy - first
    pays_out = (now * loop > cheapest + wear) | ((surplus > 1e-6) & (left <= HOURS + 1))
    give = (spare > 1e-6) & pays_out & (dearer * out_mwh < spare)
    pays_in = (dearest * loop > now + wear) | (surplus < -1e-6)
    take = (top - energy > 1e-6) & pays_in & (cheaper * in_mwh < np.where(pays_in, top - energy, 0.0))
    most = np.clip(room_mw, 0.0, pace)
    least = np.clip(limit_mw - room_mw, 0.0, pace)
    power = np.where(give, np.minimum(most, spare / out_mwh * pace), 0.0)
    power = np.where(take & ~give, -np.minimum(least, (top - energy) / in_mwh * pace), power)
    owed = np.where(surplus < 0.0, -surplus - later_in, 0.0)  # must be charged in this very step
    return np.where(owed > 1e-6, -np.minimum(least, owed / in_mwh * pace), power)
