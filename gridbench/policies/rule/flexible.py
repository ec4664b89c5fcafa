"""Flexible loads by time of use: put off in the dear hours what the cheap ones can catch up, end the day without debt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.envs.signals import PRICE_HOURS

if TYPE_CHECKING:
    from gridbench.physics.devices import FlexibleLoad
    from gridbench.policies.rule.storages import Day
    from gridbench.policies.seen import Seen

Floats = NDArray[np.float64]
PACE = 0.5
"""Share of what the nominal demand would let be caught up that is counted on: demand may be lower then."""


def put_off(load: FlexibleLoad, day: Day, seen: Seen) -> Floats:
    """Return the power to put off (batch,) in MW, negative to catch up.

    Puts off where the price now is above that of the cheapest hour to come by more than the discomfort, and that of most known
    hours to come; never more than can be caught up by the end of the day. Catches up what is owed where few of them are cheaper.
    """
    left = np.rint(seen["left_share"] * day.steps)  # steps, this one included
    known = np.arange(1, PRICE_HOURS + 1) < left[:, None]
    now, ahead = seen["price"], seen.ahead("price", PRICE_HOURS)
    cheaper, count = ((ahead < now[:, None]) & known).sum(axis=1), known.sum(axis=1)
    repays = now - np.where(known, ahead, np.inf).min(axis=1) > load.discomfort_usd_per_mwh
    owed_mwh, later_h = seen[f"{load.name}.owed_mwh"], np.maximum(left - 1.0, 0.0) * day.step_h
    pace_mw = PACE * (load.share_max - 1.0) * load.p_mw
    room_mw = (pace_mw * later_h - owed_mwh) / day.step_h
    most_mw = (1.0 - load.share_min) * load.p_mw
    later_mw = np.where(repays & (2 * cheaper > count), np.clip(room_mw, 0.0, most_mw), 0.0)
    sooner_mw = np.where((4 * cheaper <= count) | (room_mw < 0.0), np.maximum(owed_mwh, 0.0) / day.step_h, 0.0)
    found: Floats = np.where(sooner_mw > 0.0, -sooner_mw, later_mw)
    return found
