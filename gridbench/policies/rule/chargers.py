"""Charging cars by time of use: at full power in the cheap hours, else as evenly as the departures ahead ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.envs.signals import FORECAST_HOURS, PRICE_HOURS

if TYPE_CHECKING:
    from gridbench.physics.devices import EvCharger
    from gridbench.policies.rule.storages import Day
    from gridbench.policies.seen import Seen

Floats = NDArray[np.float64]
STOP_PU, EASE_PU = 0.93, 0.96
"""Voltages between which charging is eased: none below the first, all that is wanted above the second."""


def charge_ceiling(charger: EvCharger, day: Day, seen: Seen) -> Floats:
    """Return the ceiling of the charging power (batch,) in MW.

    It is open while no more than half of the known hours to come are cheaper. Else it is the power at which every departure of
    the next steps, by forecast, finds its cars charged: the largest of what is due until then, over the time until then.
    Where the own voltages were low in the last step, less than that.
    """
    known = np.arange(1, PRICE_HOURS + 1) < np.rint(seen["left_share"] * day.steps)[:, None]
    cheaper = ((seen.ahead("price", PRICE_HOURS) < seen["price"][:, None]) & known).sum(axis=1)
    cheap = 2 * cheaper <= known.sum(axis=1)
    wanted = np.where(cheap, charger.power_mw, np.minimum(needed_mw(charger, day, seen), charger.power_mw))
    return wanted * np.clip((seen.voltage("v_min_pu") - STOP_PU) / (EASE_PU - STOP_PU), 0.0, 1.0)


def needed_mw(charger: EvCharger, day: Day, seen: Seen) -> Floats:
    """Return the least even power (batch,) in MW that meets every departure of this step and the next ones, by forecast."""
    told = {
        name: np.column_stack([seen[f"{charger.name}.{name}"], seen.ahead(f"{charger.name}.{name}", FORECAST_HOURS)])
        for name in ("arriving_mw", "due_mw", "asked_mwh")
    }
    backlog_mwh = seen[f"{charger.name}.backlog_mwh"][:, None]
    staying_mwh = told["asked_mwh"] - day.step_h * told["due_mw"]
    wanted_mwh = backlog_mwh + day.step_h * np.cumsum(told["arriving_mw"], axis=1) - staying_mwh
    steps = np.arange(1, FORECAST_HOURS + 2)
    known = steps <= np.rint(seen["left_share"] * day.steps)[:, None]  # past the day's end the last step is shown again
    pace_mw = np.where(known, wanted_mwh / (charger.efficiency * day.step_h * steps), 0.0)
    found: Floats = np.maximum(pace_mw.max(axis=1), 0.0)
    return found
