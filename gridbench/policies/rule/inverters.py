"""Inverters: volt-var and volt-watt droops on the voltage of the last step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gridbench.policies.seen import Seen

Floats = NDArray[np.float64]
DEADBAND_PU, SATURATION_PU = 0.02, 0.06
MOST = 0.05
"""Share of the inverter that the droop uses at most: all inverters act at once and see the voltage a step late."""
WATT_BEGIN_PU, WATT_END_PU = 1.06, 1.10


def droop(seen: Seen) -> Floats:
    """Return the reactive power (batch,) as a share of what the inverter can give; positive where the voltage is low.

    A dead band around 1 pu, then linear up to all of it, as the volt-var curves of IEEE 1547-2018; driven by the extreme of
    the own voltages that lies further from 1 pu.
    """
    low, high = 1.0 - seen.voltage("v_min_pu"), seen.voltage("v_max_pu") - 1.0
    slope = 1.0 / (SATURATION_PU - DEADBAND_PU)
    give, take = (MOST * np.clip((one - DEADBAND_PU) * slope, 0.0, 1.0) for one in (low, high))
    share: Floats = np.where(low >= high, give, -take)
    return share


def watt_ceiling(seen: Seen) -> Floats:
    """Return the ceiling of the output (batch,) as a share of the rating: less above the volt-watt voltage."""
    over = (seen.voltage("v_max_pu") - WATT_BEGIN_PU) / (WATT_END_PU - WATT_BEGIN_PU)
    share: Floats = 1.0 - np.clip(over, 0.0, 1.0)
    return share
